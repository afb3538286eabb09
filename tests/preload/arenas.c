/*
 * With one arena for all threads (MALLOC_ARENA_MAX=1) sizes are right.  Chunks of other arenas have
 * a flag in their header, chunks of the only arena do not.
 *
 * with-env: MALLOC_ARENA_MAX=1
 */
#include "thread.h"

static void *work(void *argument)
{
	struct tally *tally = argument;

	thread_book(tally);
	for (size_t size = 0; size < 5000; size++)
		tally_free(tally, tally_malloc(tally, size));
	return NULL;
}

int main(void)
{
	enum { THREADS = 8 };
	struct tally tally[THREADS] = {{0}};
	pthread_t thread[THREADS];

	for (int i = 0; i < THREADS; i++)
		thread[i] = thread_start(thread_stack(THREAD_STACK), THREAD_STACK, work, &tally[i]);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
	for (int i = 1; i < THREADS; i++)
		tally_add(&tally[0], &tally[i]);
	tally_expect(&tally[0]);
	return 0;
}
