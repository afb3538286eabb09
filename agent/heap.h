#ifndef MEMAGENT_HEAP_H
#define MEMAGENT_HEAP_H
/*
 * heap: which allocator the program uses.
 *
 * It is told by the object that gives the program its malloc, and by the API that this object has
 * beside malloc; never by a file's name.  Each allocator has a file of its own, heap_NAME.c.
 *
 * Layer    agent; needs object and the shim.
 * Threads  the sidecar.
 */
#include <stdbool.h>
#include <stddef.h>

#define HEAP_VERSION_BYTES 32

struct heap {
	const char *name; /* as in the tag allocator */

	/*
	 * find(function, version):
	 * Return whether the ${function}, a malloc, is this allocator's, and write its version, or
	 * "" when it does not tell, to ${version}.
	 */
	bool (*find)(const void *function, char version[HEAP_VERSION_BYTES]);
};

extern const struct heap heap_glibc, heap_jemalloc, heap_tcmalloc, heap_mimalloc;

/*
 * heap_find(version):
 * Return the allocator that the program's malloc comes from; one named "unknown" when it is none of
 * the above.
 */
const struct heap *heap_find(char version[HEAP_VERSION_BYTES]);

#endif
