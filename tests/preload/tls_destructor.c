/*
 * malloc and free in destructors of C++'s thread_local objects, which libc runs before those of
 * pthread keys, when a thread or the process ends. libc allocates one object for each registration
 * (dtor_list in cxa_thread_atexit_impl.c).
 */
#include "thread.h"

extern int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *dso);
extern void *__dso_handle;

static void destroy(void *argument)
{
	struct tally *tally = argument;

	tally_free(tally, tally_malloc(tally, 77));
}

static void enlist(struct tally *tally)
{
	CHECK(__cxa_thread_atexit_impl(destroy, tally, &__dso_handle) == 0);
}

static void *work(void *argument)
{
	enlist(argument);
	enlist(argument);
	return NULL;
}

int main(void)
{
	static struct tally tally;
	const uint64_t threads = 300;
	void *stack = thread_stack(THREAD_STACK);
	uint64_t objects;

	for (uint64_t i = 0; i < threads; i++)
		CHECK(pthread_join(thread_start(stack, THREAD_STACK, work, &tally), NULL) == 0);
	CHECK(tally.mallocs == 2 * threads);
	/* main's destructor runs in exit(), after this: one object for the list and one in destroy.
	 */
	enlist(&tally);
	objects = 2 * threads + 2 * threads + threads + 2;
	expect("mallocs", "=", objects);
	expect("frees", "=", objects);
	expect("heap_objects", "=", 0);
	expect("heap_alloc_bytes", "=", 0);
	return 0;
}
