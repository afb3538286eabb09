/*
 * Libraries with thread-local storage are loaded and unloaded while threads use them.  The dynamic
 * linker allocates each thread's storage at its first use.  It frees it when the thread ends or
 * another library reuses the module number.
 */
#include <dlfcn.h>

#include "thread.h"

enum { THREADS = 4, ROUNDS = 50 };

static void *(*make)(size_t);

static void *use(void *argument)
{
	for (int i = 0; i < 100; i++)
		free(make(100));
	return argument;
}

int main(void)
{
	void *stack[THREADS];
	pthread_t thread[THREADS];

	for (int i = 0; i < THREADS; i++)
		stack[i] = thread_stack(THREAD_STACK);
	for (int i = 0; i < ROUNDS; i++) {
		void *library = dlopen("libguest.so", RTLD_NOW);

		CHECK(library != NULL);
		make = (void *(*)(size_t))dlsym(library, "guest_make");
		CHECK(make != NULL);
		for (int k = 0; k < THREADS; k++)
			thread[k] = thread_start(stack[k], THREAD_STACK, use, NULL);
		use(NULL);
		for (int k = 0; k < THREADS; k++)
			CHECK(pthread_join(thread[k], NULL) == 0);
		CHECK(dlclose(library) == 0);
	}
	/* The objects of guest_make, one in the library's constructor, and a dtv and storage. */
	expect("mallocs", ">=", ROUNDS * ((THREADS + 1) * 100 + 1 + THREADS * 2 + 1));
	/* What the dynamic linker keeps does not grow with the rounds. */
	expect("heap_objects", "<=", 20);
	return 0;
}
