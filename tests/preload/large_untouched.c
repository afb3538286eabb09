/*
 * A large calloc or realloc touches no memory that the program does not use.
 */
#include <stdbool.h>
#include <sys/mman.h>

#include "expect.h"

#define LARGE ((size_t)64 << 20)

static bool is_untouched(void *p)
{
	static unsigned char pages[LARGE / 4096];
	size_t page = 4096, resident = 0;
	uintptr_t start = ((uintptr_t)p + page - 1) / page * page;

	CHECK(mincore((void *)start, LARGE - page, pages) == 0);
	for (size_t i = 0; i < LARGE / page - 1; i++)
		resident += pages[i] & 1;
	return resident < LARGE / page / 4;
}

int main(void)
{
	for (int i = 0; i < 4; i++) {
		char *volatile p = calloc(LARGE, 1);

		CHECK(p != NULL);
		CHECK(is_untouched(p));
		for (size_t at = 0; at < LARGE; at += LARGE / 8)
			CHECK(p[at] == 0);
		/* Dirty pages are not given out again as zero. */
		memset(p, 1, LARGE / 16);
		free(p);
		p = malloc(LARGE / 64);
		memset(p, 2, LARGE / 64);
		p = realloc(p, LARGE);
		CHECK(p != NULL);
		CHECK(is_untouched(p));
		CHECK(p[0] == 2 && p[LARGE / 64 - 1] == 2);
		free(p);
	}
	return 0;
}
