#ifndef MEMAGENT_EMBEDDED_H
#define MEMAGENT_EMBEDDED_H
/*
 * embedded: the jemalloc inside libmemagent-jemalloc.so, under the names that it has there.
 *
 * Those that we stand in front of are renamed; the Makefile makes the list.  The others, mallctl
 * and the like, are shown to the world as they are.
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

/* These are shown under their own names, too; by these it is always ours that is called. */
int embedded_mallctl(const char *name, void *old, size_t *old_size, void *new, size_t new_size);
size_t embedded_malloc_usable_size(void *p);
size_t embedded_sallocx(const void *p, int flags);

/* And this is what jemalloc calls where it sets errno. */
int *embedded_errno(void);

/* What it registers its handlers for a fork with. */
int embedded_atfork(void (*before)(void), void (*parent)(void), void (*child)(void));

#endif
