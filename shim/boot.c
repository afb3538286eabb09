#include "shim/boot.h"

#include <errno.h>
#include <string.h>

#define ALIGNMENT 16

/* As in glibc's chunks, the word before an object holds its size. */
#define HEADER_BYTES (2 * sizeof(size_t))

char boot_arena[BOOT_BYTES] __attribute__((aligned(ALIGNMENT)));
size_t boot_used;

void *boot_malloc(size_t size)
{
	size_t left = BOOT_BYTES - boot_used;
	size_t *p;

	if (left < HEADER_BYTES || size > left - HEADER_BYTES) {
		errno = ENOMEM;
		return NULL;
	}
	p = (size_t *)(void *)&boot_arena[boot_used + HEADER_BYTES];
	p[-1] = size;
	/* BOOT_BYTES is a multiple of ALIGNMENT, so this never goes beyond it. */
	boot_used += (HEADER_BYTES + size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	return p;
}

void *boot_calloc(size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return NULL;
	}
	return boot_malloc(total); /* zero: no part of the arena is ever used twice */
}

void *boot_realloc(void *p, size_t size)
{
	void *moved = boot_malloc(size);
	size_t had = boot_size(p);

	if (moved && p)
		memcpy(moved, p, had < size ? had : size);
	return moved;
}

size_t boot_size(const void *p)
{
	return p ? ((const size_t *)p)[-1] : 0;
}
