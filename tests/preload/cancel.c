/*
 * Threads are cancelled at a cancellation point and asynchronously, with clean-up handlers that
 * free.  The library adds no cancellation point to malloc.  (libc loads libgcc_s to unwind, so the
 * totals are at least ours.)
 */
#include <stdbool.h>

#include "thread.h"

static struct tally tally;

static void clean_up(void *object)
{
	tally_free(&tally, object);
}

/* Not inlined: gcc 14 warns about the code in front of the handlers. */
static __attribute__((noinline)) void wait_to_clean_up(void *object, void *barrier)
{
	pthread_cleanup_push(clean_up, object);
	pthread_barrier_wait(barrier);
	for (;;)
		pause();
	pthread_cleanup_pop(1);
}

static void *at_a_point(void *barrier)
{
	wait_to_clean_up(tally_malloc(&tally, 100), barrier);
	return NULL;
}

/* It is cancelled before it allocates: malloc and free are no cancellation points. */
static void *pending(void *barrier)
{
	void *object = NULL;

	pthread_barrier_wait(barrier);
	pthread_barrier_wait(barrier);
	for (int i = 0; i < 100; i++) {
		tally_free(&tally, object);
		object = tally_malloc(&tally, 100);
	}
	tally_free(&tally, object);
	CHECK(tally.mallocs == tally.frees);
	pthread_testcancel();
	CHECK(!"alive after pthread_testcancel");
	return NULL;
}

static void *anywhere(void *barrier)
{
	int before;

	CHECK(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &before) == 0);
	pthread_barrier_wait(barrier);
	for (;;)
		continue;
	return NULL;
}

static void cancelled(void *(*body)(void *), bool twice)
{
	static void *stack;
	pthread_barrier_t barrier;
	pthread_t thread;
	void *result;

	if (stack == NULL)
		stack = thread_stack(THREAD_STACK);
	CHECK(pthread_barrier_init(&barrier, NULL, 2) == 0);
	thread = thread_start(stack, THREAD_STACK, body, &barrier);
	pthread_barrier_wait(&barrier);
	CHECK(pthread_cancel(thread) == 0);
	if (twice)
		pthread_barrier_wait(&barrier);
	CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
}

int main(void)
{
	for (int i = 0; i < 50; i++) {
		cancelled(at_a_point, false);
		cancelled(pending, true);
		cancelled(anywhere, false);
	}
	CHECK(tally.mallocs == tally.frees);
	tally_expect_at_least(&tally);
	return 0;
}
