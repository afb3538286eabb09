#ifndef MEMAGENT_EMBEDDED_H
#define MEMAGENT_EMBEDDED_H
/*
 * embedded: the functions of the jemalloc inside libmemagent-jemalloc.so.
 *
 * The Makefile renames those that we interpose to embedded_*.  The others, such as mallctl, are
 * exported under their own names.
 *
 * Layer    shim.
 * Source   jemalloc(3).
 */
#include <stddef.h>

void *embedded_malloc(size_t size);
void *embedded_calloc(size_t count, size_t size);
void *embedded_realloc(void *p, size_t size);
void embedded_free(void *p);
int embedded_posix_memalign(void **out, size_t alignment, size_t size);
void *embedded_aligned_alloc(size_t alignment, size_t size);
void *embedded_memalign(size_t alignment, size_t size);
void *embedded_valloc(size_t size);
void *embedded_mallocx(size_t size, int flags);
void *embedded_rallocx(void *p, size_t size, int flags);
size_t embedded_xallocx(void *p, size_t size, size_t extra, int flags);
void embedded_dallocx(void *p, int flags);
void embedded_sdallocx(void *p, size_t size, int flags);

/* Second names of exported functions: calls by these cannot be interposed. */
int embedded_mallctl(const char *name, void *old, size_t *old_size, void *new, size_t new_size);
size_t embedded_malloc_usable_size(void *p);
size_t embedded_sallocx(const void *p, int flags);

/* jemalloc calls this instead of __errno_location. */
int *embedded_errno(void);

/* jemalloc calls this instead of pthread_atfork. */
int embedded_atfork(void (*before)(void), void (*parent)(void), void (*child)(void));

/* In a forked child: make all locks of jemalloc anew, as its own handler does. */
void embedded_unlock(void);

#endif
