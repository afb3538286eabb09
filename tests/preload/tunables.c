/*
 * malloc is tuned by environment: no thread cache, and freed memory is overwritten.  A size read
 * after the free would be the pattern.
 *
 * with-env: MALLOC_PERTURB_=165 GLIBC_TUNABLES=glibc.malloc.tcache_count=0
 */
#include "expect.h"

int main(void)
{
	struct tally tally = {0};
	void *slot[256] = {NULL};

	for (unsigned int i = 0; i < 100000; i++) {
		void **object = &slot[(i * 7919u) % 256];

		if (i % 5 == 0) {
			*object = tally_realloc(&tally, *object, 1 + i % 700);
			continue;
		}
		tally_free(&tally, *object);
		*object = tally_malloc(&tally, i % 3000);
	}
	tally_expect(&tally);
	return 0;
}
