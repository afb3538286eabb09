/*
 * free never changes errno, and neither does an allocation that succeeds, also at a thread's first
 * call.
 */
#include "thread.h"

static void try(struct tally *tally, size_t size)
{
	void *object;

	errno = EXDEV;
	object = tally_malloc(tally, size);
	CHECK(errno == EXDEV);
	object = tally_realloc(tally, object, size + 1000);
	CHECK(errno == EXDEV);
	tally_free(tally, object);
	CHECK(errno == EXDEV);
	tally_free(tally, NULL);
	CHECK(errno == EXDEV);
	object = tally_made(tally, calloc(size, 2), 2 * size);
	CHECK(errno == EXDEV);
	tally_free(tally, object);
	CHECK(errno == EXDEV);
}

/* The thread's first use of the heap. */
static void *first_free(void *object)
{
	errno = EXDEV;
	free(object);
	CHECK(errno == EXDEV);
	return NULL;
}

static void *first_malloc(void *argument)
{
	try(argument, 10);
	thread_book(argument);
	return NULL;
}

int main(void)
{
	struct tally tally = {0};
	void *stack = thread_stack(THREAD_STACK);
	void *object = tally_malloc(&tally, 10);

	CHECK(pthread_join(thread_start(stack, THREAD_STACK, first_malloc, &tally), NULL) == 0);
	tally_gone(&tally, object);
	CHECK(pthread_join(thread_start(stack, THREAD_STACK, first_free, object), NULL) == 0);
	for (size_t size = 1; size < 4 << 20; size *= 4)
		try(&tally, size);
	/* The second thread also had a dtv, of the same size. */
	expect("heap_objects", "=", 0);
	expect("heap_alloc_bytes", "=", 0);
	expect("mallocs", "=", tally.mallocs + 1);
	expect("total_requested_bytes", ">=", tally.requested_bytes);
	return 0;
}
