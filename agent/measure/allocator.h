#ifndef MEMAGENT_ALLOCATOR_H
#define MEMAGENT_ALLOCATOR_H
/*
 * allocator: which allocator the program uses, and what it says of itself.
 *
 * It is told by the object that gives the program its malloc, and by the API that this object has
 * beside malloc; never by a file's name.  Each allocator has a file of its own, allocator_NAME.c.
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
	 * find(function, version):
	 * Return whether the ${function}, a malloc, is this allocator's, and write its version, or
	 * "" when it does not tell, to ${version}.
	 */
	bool (*find)(const void *function, char version[ALLOCATOR_VERSION_BYTES]);

	/*
	 * read(value):
	 * Write the fields of the source ALLOCATOR that it knows to ${value}, which has FIELDS
	 * elements, all -1; in use and idle make up sys.  After find.  NULL: it knows nothing.
	 */
	void (*read)(int64_t *value);

	/* Give back to the kernel what no object lies in; after find.  NULL: it cannot. */
	void (*trim)(void);
};

extern const struct allocator allocator_glibc, allocator_jemalloc, allocator_tcmalloc,
    allocator_mimalloc;

/*
 * allocator_find(version):
 * Return the allocator that the program's malloc comes from; one named "unknown" when it is none of
 * the above.
 */
const struct allocator *allocator_find(char version[ALLOCATOR_VERSION_BYTES]);

#endif
