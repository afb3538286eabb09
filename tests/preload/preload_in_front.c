/*
 * Another preload in front of ours: its constructor runs after ours, and all the program's calls
 * reach us through it, once each.
 *
 * with-preload: librelay.so ours
 */
#include "expect.h"

int main(void)
{
	/* calloc and realloc in the constructor of lib/relay.c */
	struct tally tally = {.mallocs = 1, .reallocs = 1, .frees = 1};

	for (size_t size = 0; size < 1000; size++)
		tally_free(&tally, tally_realloc(&tally, tally_malloc(&tally, size), 2 * size + 1));
	expect("mallocs", "=", tally.mallocs);
	expect("reallocs", "=", tally.reallocs);
	expect("frees", "=", tally.frees);
	expect("heap_alloc_bytes", "=", 0);
	return 0;
}
