/*
 * known: makes OBJECTS of 1,000 bytes, writes to them and frees the first half.  The last object
 * has 16 MiB, for which libc makes a mapping.  Then it waits MS, or until the allocator's figures
 * are in the file POINTS.
 *
 *	known OBJECTS MS [POINTS]
 *
 * Prints "FIELD VALUE" lines of what it did.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "figures.h"

enum { SIZE = 1000, LARGE = 16 << 20 };

int main(int argc, char **argv)
{
	size_t objects = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	useconds_t wait_us = argc > 2 ? (useconds_t)strtoul(argv[2], NULL, 10) * 1000 : 0;
	size_t requested = 0;
	size_t usable = 0;
	size_t freed = 0;
	char text[256];
	/* Not from the heap that is measured. */
	char **object = mmap(NULL, (objects + 1) * sizeof(*object), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; i < objects; i++) {
		size_t size = i + 1 < objects ? SIZE : LARGE;

		object[i] = malloc(size);
		memset(object[i], 1, size);
		requested += size;
		usable += malloc_usable_size(object[i]);
	}
	for (size_t i = 0; i < objects / 2; i++) {
		freed += malloc_usable_size(object[i]);
		free(object[i]);
	}
	snprintf(text, sizeof(text),
		 "mallocs %zu\nfrees %zu\ntotal_requested_bytes %zu\ntotal_alloc_bytes %zu\n"
		 "total_freed_bytes %zu\n",
		 objects, objects / 2, requested, usable, freed);
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		return 1;
	if (argc > 3)
		wait_for_figures(argv[3]);
	else
		usleep(wait_us);
	return 0;
}
