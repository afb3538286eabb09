/*
 * jemalloc makes a thread of its own in its first call, for which libc allocates; and that call
 * comes before the agent's start.
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
