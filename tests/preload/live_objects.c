/*
 * Objects that are live at the end are reported as live, to the byte.  The last point is not taken
 * after some clean-up of libc or the agent.
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
