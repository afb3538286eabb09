#ifndef MEMAGENT_STACK_H
#define MEMAGENT_STACK_H
/*
 * stack: where the calling thread's own stack ends.
 *
 * pthread_getattr_np allocates, so it cannot be called here.  The bounds of a thread's stack are
 * read from libc's struct pthread instead.  A search finds their position in it, and they are used
 * only if they fit the thread.
 *
 * Layer    shim, leaf.
 * Threads  any; async-signal-safe.
 * Source   glibc, nptl/descr.h, "stackblock".
 */
#include <stdint.h>

#include "shim/cc.h"

/*
 * stack_end(sp):
 * Return the end of the thread's own stack, if ${sp} is on it: all of it from there to the end can
 * be read.  Return 0 if it is another stack, such as a coroutine's or a signal handler's own.
 */
uintptr_t stack_end(uintptr_t sp) INTERNAL;

#endif
