#ifndef MEMAGENT_NEXT_H
#define MEMAGENT_NEXT_H
/*
 * next: the allocator that the program uses already, and how to read sizes off its objects.
 *
 * Every pointer is callable from the first moment: it starts at a stand-in that looks the real
 * function up and calls it, so the hot path has no test for it.
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

	/* From here on after next_resolve(). */
	int (*posix_memalign)(void **out, size_t alignment, size_t size);
	void *(*aligned_alloc)(size_t alignment, size_t size);
	void *(*memalign)(size_t alignment, size_t size);
	void *(*valloc)(size_t size);
	void *(*pvalloc)(size_t size);
	/* These are NULL when there is none. */
	void (*free_sized)(void *p, size_t size);
	void (*free_aligned_sized)(void *p, size_t alignment, size_t size);
	void (*cfree)(void *p);

	/* From here on after next_resolve_system(). */
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
	int (*clone)(int (*run)(void *), void *stack, int flags, void *arg, ...);
	int (*daemon)(int nochdir, int noclose);
	int (*forkpty)(int *amaster, char *name, const struct termios *termp,
		       const struct winsize *winp);
};

/* The first members are always callable. */
extern struct next next INTERNAL;

/* Look everything up, once.  Leaves errno alone. */
void next_resolve(void);

/*
 * next_resolve_system():
 * The part that is the same whatever the allocator, once, before anything enters the next
 * allocator: that may call these functions while it sets itself up (jemalloc registers handlers for
 * the exit).  Nothing is allocated for the look-up.
 */
void next_resolve_system(void);

/*
 * next_prepare_thread():
 * Before a thread of the agent's is made, have what the allocator will need for it: when there is
 * no memory left, jemalloc crashes in a thread that it cannot make an arena for.
 */
void next_prepare_thread(void);

/* Return whether next is no other object's allocator, but one inside of this library. */
bool next_is_inside(void);

/* Return whether ${function} is in the object that next.malloc is in. */
bool next_is_neighbour(const void *function);

/* Return whether usable_size tells sizes; else it returns 0 for every object. */
bool next_sizes_known(void);

/*
 * glibc's chunk header: the word before an object holds the size of its chunk, itself included,
 * and three flags.  The object may use the rest of the chunk and the first word of the following
 * one: the size less one word.  Only valid where threads_own.fast is set, and not for an object
 * with a mapping of its own (next_header_mapped), whose chunk has two words of header.
 *
 * This costs 4 instructions where a call of malloc_usable_size costs 35.  next_resolve() compares
 * the two before anything relies on it.  Source: glibc, malloc/malloc.c, "struct malloc_chunk".
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
