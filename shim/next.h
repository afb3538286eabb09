#ifndef MEMAGENT_NEXT_H
#define MEMAGENT_NEXT_H
/*
 * next: the functions that calls are passed on to, and how to read the sizes of objects.
 *
 * At first the pointers of the hot path point to functions that look up the real one and call it.
 * So the hot path needs no test whether they are resolved.
 *
 * Layer    shim; needs threads.h.
 * Threads  the first allocation of the process does the look-up, before there is a second thread.
 * Memory   allocations during the look-up come from boot.h's arena.
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
	/* NULL where the allocator lacks it. */
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
	pid_t (*_Fork)(void); /* NULL before glibc 2.34 */
	/* libc's fork reads here whether the process has threads; NULL before glibc 2.36. */
	char *single_threaded;
	int (*clone)(int (*run)(void *), void *stack, int flags, void *arg, ...);
	int (*daemon)(int nochdir, int noclose);
	int (*forkpty)(int *amaster, char *name, const struct termios *termp,
		       const struct winsize *winp);
};

/* The members up to usable_size are always valid. */
extern struct next next INTERNAL;

/* Look up all functions, once.  Leaves errno alone. */
void next_resolve(void);

/*
 * next_resolve_system():
 * Look up the functions that do not allocate, once.  This precedes the first call of the next
 * allocator, whose initialisation may call them: jemalloc registers exit handlers.
 */
void next_resolve_system(void);

/*
 * next_prepare_thread():
 * Call before a thread of the agent is created.  It creates the arena that jemalloc needs for the
 * thread: jemalloc crashes in a thread for which it cannot create one.
 */
void next_prepare_thread(void);

/*
 * next_unlock():
 * In a copy of the process that was made while the sidecar waited for the calling thread's lock in
 * jemalloc: release all its locks.  The sidecar may have held others, and is not in the copy.
 */
void next_unlock(void);

/* Return whether this library contains the next allocator. */
bool next_is_inside(void);

/* Return whether ${function} and next.malloc are in the same object. */
bool next_is_neighbour(const void *function);

/* Return whether sizes are known; if not, usable_size returns 0 for every object. */
bool next_sizes_known(void);

/*
 * glibc's chunk header: the word before an object holds the size of its chunk and three flags.  The
 * usable size is the chunk's less one word.  Valid only where threads_own.fast is set, and not for
 * mmapped chunks (next_header_mapped), whose header has two words.
 *
 * Reading the header takes 4 instructions, malloc_usable_size 35.  next_resolve() compares the two
 * before the header is used.  Source: glibc, malloc/malloc.c, "struct malloc_chunk".
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
