#ifndef MEMAGENT_NEXT_H
#define MEMAGENT_NEXT_H
/*
 * next: the functions that we pass calls on to, and how to read the sizes of objects.
 *
 * Every pointer can be called from the start: at first it points to a function that looks the real
 * one up and calls it.  So the hot path has no test for it.
 *
 * Layer    shim; needs threads.h.
 * Threads  the look-up happens in the process's first allocation, before it has a second thread.
 * Memory   what dlsym allocates during the look-up comes from boot.h's arena.
 */
#include <stdbool.h>
#include <stddef.h>
#include <pthread.h>
#include <sys/types.h>

#include "shim/cc.h"

struct termios;
struct winsize;

struct next {
	void *(*malloc)(size_t size);
	void (*free)(void *p);
	void *(*calloc)(size_t count, size_t size);
	void *(*realloc)(void *p, size_t size);
	size_t (*usable_size)(void *p);

	/* Valid after next_resolve(). */
	int (*posix_memalign)(void **out, size_t alignment, size_t size);
	void *(*aligned_alloc)(size_t alignment, size_t size);
	void *(*memalign)(size_t alignment, size_t size);
	void *(*valloc)(size_t size);
	void *(*pvalloc)(size_t size);
	/* NULL where the allocator has none. */
	void (*free_sized)(void *p, size_t size);
	void (*free_aligned_sized)(void *p, size_t alignment, size_t size);
	void (*cfree)(void *p);

	/* Valid after next_resolve_system(). */
	int (*pthread_create)(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
			      void *arg);
	void (*pthread_exit)(void *result);
	int (*pthread_cancel)(pthread_t thread);
	void (*_exit)(int status);
	int (*cxa_atexit)(void (*handler)(void *), void *arg, void *object);
	void (*cxa_finalize)(void *object);
	int (*on_exit)(void (*handler)(int, void *), void *arg);
	long (*syscall)(long number, ...);
	pid_t (*fork)(void);
	pid_t (*_Fork)(void); /* NULL where there is none, before glibc 2.34 */
	/* What libc's fork looks at to see whether there are threads; NULL before glibc 2.36. */
	char *single_threaded;
	int (*clone)(int (*run)(void *), void *stack, int flags, void *arg, ...);
	int (*daemon)(int nochdir, int noclose);
	int (*forkpty)(int *amaster, char *name, const struct termios *termp,
		       const struct winsize *winp);
};

/* The members up to usable_size can always be called. */
extern struct next next INTERNAL;

/* Look up all functions, once.  Leaves errno alone. */
void next_resolve(void);

/*
 * next_resolve_system():
 * Look up the functions that no allocator brings, once.  It comes before the first call of the next
 * allocator, which may call them while it sets itself up: jemalloc registers exit handlers.
 */
void next_resolve_system(void);

/*
 * next_prepare_thread():
 * Before a thread of the agent's is created, make what the allocator needs for it.  jemalloc
 * crashes in a thread for which it has no memory to make an arena.
 */
void next_prepare_thread(void);

/* Return whether the next allocator is inside this library. */
bool next_is_inside(void);

/* Return whether ${function} is in the object that next.malloc is in. */
bool next_is_neighbour(const void *function);

/* Return whether usable_size knows sizes; if not, it returns 0 for every object. */
bool next_sizes_known(void);

/*
 * glibc's chunk header: the word before an object holds the size of its chunk, itself included,
 * and three flags.  The object may use the rest of the chunk and the first word of the following
 * one: the size less one word.  Only valid where threads_own.fast is set, and not for an object
 * with a mapping of its own (next_header_mapped), whose chunk has two words of header.
 *
 * Reading it costs 4 instructions, calling malloc_usable_size 35.  next_resolve() compares the two
 * before anything relies on the header.  Source: glibc, malloc/malloc.c, "struct malloc_chunk".
 */
INLINE size_t next_header(const void *p)
{
	return ((const size_t *)p)[-1];
}

INLINE bool next_header_mapped(size_t header)
{
	return (header & 2) != 0;
}

INLINE size_t next_header_usable(size_t header)
{
	return (header & ~(size_t)7) - sizeof(size_t);
}

#endif
