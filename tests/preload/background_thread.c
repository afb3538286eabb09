/*
 * jemalloc creates a thread in its first call, and libc allocates for that thread.  The call
 * happens before the agent has started.
 *
 * with-env: MALLOC_CONF=background_thread:true
 * with-preload: ours libfirst.so
 */
#include "expect.h"

int main(void)
{
	struct tally tally = {0};

	for (size_t size = 0; size < 1000; size++)
		tally_free(&tally, tally_malloc(&tally, size));
	tally_expect_at_least(&tally);
	return 0;
}
