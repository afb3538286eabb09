/*
 * A thread has the smallest possible stack, 16 KiB, and leaves 1.5 KiB of it.  Samples of its
 * allocations fit in there, though each is the first of its call site.
 *
 * not-with-jemalloc: jemalloc itself needs more
 */
#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>

#include "thread.h"

#define CALLS 500
#define SIZE ((size_t)1 << 20)
#define LEFT 1536
#define PAGE 4096

typedef void *make(unsigned i, size_t size);

static make *many_make;
static char *stack;

static void call_all(void)
{
	for (unsigned i = 0; i < CALLS; i++)
		free(many_make(i, SIZE));
}

/* Use the stack up, but for what is left. */
static void go_down(void)
{
	volatile char frame[64];

	frame[0] = 0;
	if ((char *)__builtin_frame_address(0) - stack > LEFT + (ptrdiff_t)sizeof(frame) + 64)
		go_down();
	else
		call_all();
	frame[1] = 0;
}

static void *work(void *unused)
{
	go_down();
	return unused;
}

int main(void)
{
	const size_t size = (size_t)sysconf(_SC_THREAD_STACK_MIN);
	void *library = dlopen("libmany.so", RTLD_NOW);

	CHECK(library);
	many_make = (make *)(uintptr_t)dlsym(library, "many_make");
	CHECK(many_make);
	/* Functions of libc are looked up at their first call, which takes more. */
	free(many_make(0, SIZE));
	stack = thread_stack(PAGE + size);
	CHECK(mprotect(stack, PAGE, PROT_NONE) == 0);
	stack += PAGE;
	CHECK(pthread_join(thread_start(stack, size, work, NULL), NULL) == 0);
	expect("sites_sampled", ">=", 10);
	expect("sites_truncated", "=", 0);
	return 0;
}
