/*
 * A thread has the smallest possible stack, 16 KiB.  What the library needs on it fits into what
 * the program leaves.
 */
#include <limits.h>

#include "thread.h"

static void *work(void *argument)
{
	struct tally *tally = argument;
	void *object;

	thread_book(tally);
	object = tally_malloc(tally, 100);
	object = tally_realloc(tally, object, 1 << 20);
	tally_free(tally, object);
	CHECK(posix_memalign(&object, 64, 64) == 0);
	tally_free(tally, tally_made(tally, object, 64));
	return NULL;
}

int main(void)
{
	const size_t size = (size_t)sysconf(_SC_THREAD_STACK_MIN);
	struct tally tally = {0};
	void *stack = thread_stack(size);

	for (int i = 0; i < 100; i++)
		CHECK(pthread_join(thread_start(stack, size, work, &tally), NULL) == 0);
	tally_expect(&tally);
	return 0;
}
