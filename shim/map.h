#ifndef MEMAGENT_MAP_H
#define MEMAGENT_MAP_H
/*
 * map: memory for a fixed table.  Its pages take memory when they are first touched.
 *
 * Layer    shim, leaf; for the agent, too.
 * Threads  any, without locks.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

#include "shim/cc.h"

/* Return ${size} zero bytes, or NULL without memory. */
INLINE void *map_pages(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/*
 * map_once(place, size):
 * If ${*place} is NULL, set it to a map of ${size} bytes; of several threads one does.  Return
 * ${*place}, or NULL without memory.
 */
INLINE void *map_once(void **place, size_t size)
{
	void *there = __atomic_load_n(place, __ATOMIC_ACQUIRE);
	void *made;

	if (there)
		return there;
	made = map_pages(size);
	if (made == NULL)
		return NULL;
	if (__atomic_compare_exchange_n(place, &there, made, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return made;
	munmap(made, size);
	return there;
}

#endif
