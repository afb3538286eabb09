/*
 * A program that allocates nothing has zero in every counter.  What the agent allocates, its
 * thread's dtv and what its calls of dlsym leave behind are not counted as the program's.
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
