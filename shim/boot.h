#ifndef MEMAGENT_BOOT_H
#define MEMAGENT_BOOT_H
/*
 * boot: a small arena for allocations during the look-up of the real allocator.
 *
 * dlsym allocates in some versions of libc, and a preload that interposes dlsym may allocate too.
 *
 * Layer    shim, leaf.
 * Threads  one: the look-up ends before the process has a second thread.
 * Memory   static; never freed.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/cc.h"

/* Return an object of ${size} zero bytes, aligned to 16; NULL with ENOMEM when the arena is full.
 */
void *boot_malloc(size_t size) INTERNAL;

/* The same for ${count} times ${size} bytes. */
void *boot_calloc(size_t count, size_t size) INTERNAL;

/* Return a new object of ${size} bytes with the contents of ${p}, which is of the arena or NULL. */
void *boot_realloc(void *p, size_t size) INTERNAL;

/* Return the size of ${p}, which is of the arena; 0 for NULL. */
size_t boot_size(const void *p) INTERNAL;

#define BOOT_BYTES 8192

extern char boot_arena[BOOT_BYTES] INTERNAL;
extern size_t boot_used INTERNAL;

/* Return whether ${p} is of the arena. */
INLINE bool boot_owns(const void *p)
{
	return (uintptr_t)p - (uintptr_t)boot_arena < boot_used;
}

#endif
