#ifndef MEMAGENT_TEST_THREAD_H
#define MEMAGENT_TEST_THREAD_H
/*
 * thread: threads whose allocations are known to the byte.
 *
 * glibc allocates one object for a thread, its dtv (allocate_dtv in ld.so calls
 * calloc in the creating thread), and the library sees it.  A thread on a stack
 * of glibc's own keeps it in the cache of stacks (40 MiB), from where another
 * thread takes or evicts it; a thread on a stack that the program brings loses
 * it at once, in pthread_join.  So the programs bring their own stacks.
 */
#include <pthread.h>
#include <sys/mman.h>

#include "expect.h"

enum { THREAD_STACK = 64 * 1024 };

/* Address space for one stack, reused and never freed. */
static inline void *thread_stack(size_t size)
{
	void *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(stack != MAP_FAILED);
	return stack;
}

/* Start ${body} on ${stack}, which has ${size} bytes. */
static inline pthread_t thread_start(void *stack, size_t size, void *(*body)(void *),
				     void *argument)
{
	pthread_attr_t attributes;
	pthread_t thread;

	CHECK(pthread_attr_init(&attributes) == 0);
	CHECK(pthread_attr_setstack(&attributes, stack, size) == 0);
	CHECK(pthread_create(&thread, &attributes, body, argument) == 0);
	CHECK(pthread_attr_destroy(&attributes) == 0);
	return thread;
}

/*
 * thread_book(tally):
 * Count what libc allocates for the calling thread and frees after its end.  The dtv
 * is found as nptl/descr.h and sysdeps/x86_64/nptl/tls.h of glibc lay it out:
 * the word after the thread pointer points one element behind its start, and
 * the first element holds the length without itself and one other.
 */
static inline void thread_book(struct tally *tally)
{
#ifdef __x86_64__
	struct {
		uint64_t counter;
		void *unused;
	} * dtv;

	__asm__("mov %%fs:8, %0" : "=r"(dtv));
	dtv--;
	tally_made(tally, dtv, (dtv->counter + 2) * sizeof(*dtv));
	tally_gone(tally, dtv);
#else
	(void)tally;
	skip("only the x86-64 layout of glibc's dtv is known here");
#endif
}
#endif
