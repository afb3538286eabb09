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

#define ALLOCATOR_VERSION_BYTES 32

/* What an allocator says of itself; -1 where it does not know.  In use and idle make up sys. */
struct allocator_figures {
	int64_t sys_bytes;	/* address space that it has from the kernel for objects */
	int64_t inuse_bytes;	/* of it, what objects lie in */
	int64_t idle_bytes;	/* of it, what no object lies in */
	int64_t released_bytes; /* of that, what the kernel has the pages of */
	int64_t metadata_bytes; /* its own books, beside sys */
	int64_t arenas;
	int64_t purges;	      /* times that it gave pages back, by itself or asked */
	int64_t purged_bytes; /* pages that it has given back ever */
};

struct allocator {
	const char *name; /* as in the tag allocator */
	bool is_slow;	  /* reading takes locks that the program waits for, or walks the heap */

	/*
	 * find(function, version):
	 * Return whether the ${function}, a malloc, is this allocator's, and write its version, or
	 * "" when it does not tell, to ${version}.
	 */
	bool (*find)(const void *function, char version[ALLOCATOR_VERSION_BYTES]);

	/* Write what it knows to ${out}, which is all -1; after find.  NULL: it knows nothing. */
	void (*read)(struct allocator_figures *out);

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
