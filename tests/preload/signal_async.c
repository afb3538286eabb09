/*
 * A signal handler allocates while malloc or free runs, which this allocator permits.  An addition
 * by load, add and store would lose the handler's counts.
 *
 * with-preload: ours libsignalsafe.so
 * not-with-jemalloc: jemalloc may not be called from a handler that interrupts it
 */
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>

#include "expect.h"

static atomic_int storms;

/* All of one size, so that both add to the same counters. */
enum { SIZE = 40, USABLE = 48, IN_HANDLER = 10 };

static void handle(int number)
{
	(void)number;
	for (int i = 0; i < IN_HANDLER; i++)
		free(malloc(SIZE));
	atomic_fetch_add(&storms, 1);
}

int main(void)
{
	const struct itimerval often = {{0, 100}, {0, 100}};
	const struct itimerval never = {{0, 0}, {0, 0}};
	const struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
	uint64_t objects = 1;

	/* The thread's first call, which takes its block of counters, is not interrupted. */
	free(malloc(SIZE));
	CHECK(sigaction(SIGALRM, &action, NULL) == 0);
	CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
	for (; atomic_load(&storms) < 2000; objects++)
		free(malloc(SIZE));
	CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
	objects += (uint64_t)atomic_load(&storms) * IN_HANDLER;
	expect("mallocs", "=", objects);
	expect("frees", "=", objects);
	expect("total_alloc_bytes", "=", objects * USABLE);
	expect("total_requested_bytes", "=", objects * SIZE);
	expect("heap_alloc_bytes", "=", 0);
	return 0;
}
