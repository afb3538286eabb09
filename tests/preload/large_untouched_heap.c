/*
 * A large calloc or realloc on the heap, without a mapping of its own, takes no memory that the
 * program does not use.
 */
#include "expect.h"

#define LARGE ((size_t)32 << 20)
#define USED (LARGE / 64)

static size_t resident_bytes(void)
{
	char text[128] = "";
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return strtoul(strchr(text, ' '), NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

int main(void)
{
	mallopt(M_MMAP_MAX, 0);
	for (int i = 0; i < 4; i++) {
		size_t before = resident_bytes();
		char *volatile p = calloc(LARGE, 1);

		CHECK(p != NULL);
		CHECK(resident_bytes() < before + LARGE / 4);
		for (size_t at = 0; at < LARGE; at += LARGE / 8)
			CHECK(p[at] == 0);
		/* Dirty pages are not given out again as zero. */
		memset(p, 1, USED);
		free(p);
		p = malloc(USED);
		memset(p, 2, USED);
		p = realloc(p, LARGE);
		CHECK(p != NULL);
		CHECK(resident_bytes() < before + LARGE / 4);
		CHECK(p[0] == 2 && p[USED - 1] == 2);
		free(p);
	}
	return 0;
}
