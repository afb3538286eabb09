/*
 * A thread calls exit while others allocate without end.  Handlers run, the last point is taken,
 * and nobody waits for the other threads.
 *
 * wants-status: 7
 */
#include "thread.h"

static void *busy(void *argument)
{
	for (;;)
		free(malloc(100));
	return argument;
}

static void *leave(void *argument)
{
	for (int i = 0; i < 1000; i++)
		CHECK(malloc(50) != NULL);
	expect("mallocs", ">=", 1000);
	expect("heap_objects", ">=", 1000);
	exit(7);
	return argument;
}

int main(void)
{
	for (int i = 0; i < 3; i++)
		thread_start(thread_stack(THREAD_STACK), THREAD_STACK, busy, NULL);
	thread_start(thread_stack(THREAD_STACK), THREAD_STACK, leave, NULL);
	for (;;)
		pause();
}
