/*
 * Detached threads end at any time, and main does not wait for the last ones.  What they did before
 * the last point is in it, and nothing hangs.
 */
#include <stdatomic.h>

#include "thread.h"

enum { THREADS = 2000 };

static atomic_int done;

static void *work(void *argument)
{
	free(malloc(100));
	atomic_fetch_add(&done, 1);
	return argument;
}

int main(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	CHECK(pthread_attr_init(&attributes) == 0);
	CHECK(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0);
	CHECK(pthread_attr_setstacksize(&attributes, THREAD_STACK) == 0);
	for (int i = 0; i < THREADS; i++) {
		CHECK(pthread_create(&thread, &attributes, work, NULL) == 0);
		/* Limits the number of concurrent threads. */
		while (i - atomic_load(&done) > 50)
			sched_yield();
	}
	while (atomic_load(&done) < THREADS)
		sched_yield();
	/* And up to one object per thread, libc's dtv. */
	expect("mallocs", ">=", THREADS);
	expect("mallocs", "<=", 2 * THREADS);
	expect("frees", ">=", THREADS);
	return 0;
}
