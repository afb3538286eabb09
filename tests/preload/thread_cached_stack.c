/*
 * libc caches stacks with their dtv, so objects of ended threads live until other threads evict
 * them. 200 concurrent threads have one object each.  The balance is right whatever the cache does,
 * and the agent's thread, which uses no cached stack, is not in it.
 */
#include "thread.h"

enum { CROWD = 200 };

static pthread_barrier_t all_here;

static void *work(void *argument)
{
	pthread_barrier_wait(&all_here);
	return argument;
}

int main(void)
{
	pthread_t thread[CROWD];

	CHECK(pthread_barrier_init(&all_here, NULL, CROWD) == 0);
	for (int i = 0; i < CROWD; i++)
		CHECK(pthread_create(&thread[i], NULL, work, NULL) == 0);
	for (int i = 0; i < CROWD; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
	expect("mallocs", "=", CROWD);
	/* 40 MiB of cache are four or five stacks of 8 MiB, more if they are smaller. */
	expect("frees", "<=", CROWD);
	expect("heap_objects", "<=", CROWD);
	return 0;
}
