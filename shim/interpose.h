#ifndef MEMAGENT_INTERPOSE_H
#define MEMAGENT_INTERPOSE_H
/*
 * interpose: counting for other callers than the C functions, and the look-up of C++'s operators.
 *
 * Layer    shim.
 */
#include <stddef.h>

#include "shim/cc.h"

/*
 * interpose_made(p, size):
 * Count ${p}, made for a request of ${size} bytes, or the failure to make it.  Return ${p}.
 */
void *interpose_made(void *p, size_t size) INTERNAL;

/* Count ${p}, which is about to be freed; not NULL. */
void interpose_freed(void *p) INTERNAL;

/*
 * interpose_operators():
 * Look up the operators of C++ behind ours, once, from next_resolve: when all objects of the start
 * are loaded, and before anything enters the next allocator.
 */
void interpose_operators(void) INTERNAL;

#endif
