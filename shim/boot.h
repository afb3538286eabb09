#ifndef MEMAGENT_BOOT_H
#define MEMAGENT_BOOT_H
/*
 * boot: a small arena for objects that are asked for while the real allocator is being looked up.
 *
 * dlsym allocates in some versions of libc, and so may a preload that stands in front of it.
 *
 * Layer    shim, leaf.
 * Threads  the look-up is over before the process has a second thread.
 * Memory   static; nothing is ever given back.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/cc.h"

/* Return an object of ${size} bytes, zeroed and aligned to 16; NULL with ENOMEM when it is full. */
void *boot_malloc(size_t size) INTERNAL;

/* The same for ${count} times ${size} bytes. */
void *boot_calloc(size_t count, size_t size) INTERNAL;

/* Return a new object of ${size} bytes with what fits of ${p}, one of ours or NULL. */
void *boot_realloc(void *p, size_t size) INTERNAL;

/* Return the size of ${p}, one of ours; 0 for NULL. */
size_t boot_size(const void *p) INTERNAL;

#define BOOT_BYTES 8192

extern char boot_arena[BOOT_BYTES] INTERNAL;
extern size_t boot_used INTERNAL;

/* Return whether ${p} is one of ours. */
INLINE bool boot_owns(const void *p)
{
	return (uintptr_t)p - (uintptr_t)boot_arena < boot_used;
}

#endif
