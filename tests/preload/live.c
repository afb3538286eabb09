/*
 * What is still alive at the end is reported as alive, to the byte: the last
 * point must not be taken after some clean-up of libc's or the agent's own.
 */
#include "expect.h"

int main(void)
{
	struct tally tally = {0};

	for (size_t size = 0; size < 3000; size += 7) {
		void *object = tally_malloc(&tally, size);

		if (size % 3 == 0)
			tally_free(&tally, object);
	}
	tally_expect(&tally);
	return 0;
}
