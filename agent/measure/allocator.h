#ifndef MEMAGENT_ALLOCATOR_H
#define MEMAGENT_ALLOCATOR_H
/*
 * allocator: which allocator the program uses, and its own statistics.
 *
 * An allocator is recognized by the object that the program's malloc is in, and by the API that
 * this object exports besides malloc; never by a file's name.  Each has a file, allocator_NAME.c.
 *
 * Layer    agent; needs coverage, object and the shim.
 * Threads  the sidecar.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/encode/fields.h"

#define ALLOCATOR_VERSION_BYTES 32

struct allocator {
	const char *name; /* as in the tag allocator */
	bool is_slow;	  /* reading takes locks that the program waits for, or walks the heap */

	/*
	 * recognize(function, version):
	 * Return whether ${function}, a malloc, is this allocator's.  If so, write its version to
	 * ${version}, or "" when it has none.
	 */
	bool (*recognize)(const void *function, char version[ALLOCATOR_VERSION_BYTES]);

	/*
	 * read(value):
	 * Write the fields of the source ALLOCATOR that it knows to ${value}, which has FIELDS
	 * elements, all -1; in use and idle add up to sys.  After recognize.  NULL: it has none.
	 */
	void (*read)(int64_t *value);

	/* Return unused memory to the kernel.  After recognize.  NULL: it cannot. */
	void (*trim)(void);
};

extern const struct allocator allocator_glibc, allocator_jemalloc, allocator_tcmalloc,
    allocator_mimalloc;

/*
 * allocator_find(version):
 * Return the allocator of the program's malloc; the one named "unknown" when it is none of the
 * above.
 */
const struct allocator *allocator_find(char version[ALLOCATOR_VERSION_BYTES]);

#endif
