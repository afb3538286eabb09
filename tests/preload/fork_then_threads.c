/*
 * A forked child lives on and starts threads, as a prefork server does.  It inherits the stacks of
 * all its parent's threads, with the objects on them.  Reusing or freeing those keeps the balance.
 * Without a stack cache all are freed when the first thread ends, so totals are exact.
 *
 * with-env: GLIBC_TUNABLES=glibc.pthread.stack_cache_size=0
 */
#include "thread.h"

enum { CHILDREN = 3, CROWD = 50 };

static pthread_barrier_t all_here;

static void *work(void *argument)
{
	free(malloc(100));
	pthread_barrier_wait(&all_here);
	return argument;
}

static void crowd(void)
{
	pthread_t thread[CROWD];

	CHECK(pthread_barrier_init(&all_here, NULL, CROWD) == 0);
	for (int i = 0; i < CROWD; i++)
		CHECK(pthread_create(&thread[i], NULL, work, NULL) == 0);
	for (int i = 0; i < CROWD; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
	CHECK(pthread_barrier_destroy(&all_here) == 0);
}

static void child(void)
{
	crowd();
	crowd();
	/* Two objects per thread: its own and libc's. */
	expect("mallocs", "=", 2 * 2 * CROWD);
	expect("frees", "=", 2 * 2 * CROWD);
	expect("heap_objects", "=", 0);
	expect("heap_alloc_bytes", "=", 0);
	exit(0);
}

int main(void)
{
	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (pid == 0)
			child();
		expect_child(pid);
	}
	expect("processes", "=", CHILDREN + 1);
	expect("mallocs", "=", 0);
	return 0;
}
