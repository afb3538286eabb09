#ifndef MEMAGENT_INTERPOSE_H
#define MEMAGENT_INTERPOSE_H
/*
 * interpose: counting for C++'s operators, and their look-up.
 *
 * Layer    shim.
 */
#include <stddef.h>

#include "shim/cc.h"
#include "shim/sites/sites.h"

/*
 * interpose_made(p, size, contents):
 * Count the result ${p} of a request of ${size} bytes; NULL is a failure.  Return the object for
 * the program: if it is sampled, it may be at another address, with the same ${contents}.
 */
void *interpose_made(void *p, size_t size, enum sites_contents contents) INTERNAL;

/* Count that ${p}, not NULL, is about to be freed. */
void interpose_freed(void *p) INTERNAL;

/*
 * interpose_operators():
 * Look up the next C++ operators, once.  Called by next_resolve, when the objects of the start are
 * loaded and before the first call of the next allocator.
 */
void interpose_operators(void) INTERNAL;

#endif
