/*
 * A program that does nothing has zero in every counter: what the agent
 * allocates for itself, its thread's dtv and what its look-ups with dlsym leave
 * behind are not the program's (memusage and heaptrack both count themselves).
 *
 * wants-points: some
 */
#include "expect.h"

int main(void)
{
	const struct tally tally = {0};

	tally_expect(&tally);
	return 0;
}
