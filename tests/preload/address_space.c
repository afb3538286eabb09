/*
 * With little address space (ulimit -v) the agent takes little of it.  When nothing is left, the
 * program gets ENOMEM, which is counted, and runs on.
 *
 * with-ulimit: -v 65536
 */
#include "expect.h"

int main(void)
{
	struct tally tally = {0};
	void *object[4096];
	size_t count = 0;

	while (count < 4096 && (object[count] = tally_malloc(&tally, 64 * 1024)) != NULL)
		count++;
	CHECK(errno == ENOMEM && tally.failed == 1);
	/* The program got most of it. */
	CHECK(count > 32 * 1024 / 64);
	while (count > 0)
		tally_free(&tally, object[--count]);
	tally_expect(&tally);
	return 0;
}
