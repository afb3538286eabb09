/*
 * Another preload behind ours: ours calls it, its look-ups lead back to ours, and its constructor
 * allocates before ours has run.
 *
 * with-preload: ours librelay.so
 */
#include "expect.h"

int main(void)
{
	/* lib/relay.c calls calloc and realloc in its constructor: these calls are its own. */
	struct tally tally = {0};

	for (size_t size = 0; size < 1000; size++)
		tally_free(&tally, tally_realloc(&tally, tally_malloc(&tally, size), 2 * size + 1));
	expect("heap_objects", "=", 0);
	expect("heap_alloc_bytes", "=", 0);
	expect("mallocs", ">=", tally.mallocs);
	expect("mallocs", "<=", tally.mallocs + 1);
	expect("total_requested_bytes", ">=", tally.requested_bytes);
	expect("total_requested_bytes", "<=", tally.requested_bytes + 30);
	return 0;
}
