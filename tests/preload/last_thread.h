#ifndef MEMAGENT_TEST_LAST_THREAD_H
#define MEMAGENT_TEST_LAST_THREAD_H
/*
 * last_thread: a process whose main thread calls pthread_exit.  Another thread returns last, and
 * libc then runs the exit handlers and ends the process.
 */
#include "thread.h"

static pthread_t main_thread;

static void say_at_exit(void)
{
	say(STDOUT_FILENO, "exit handlers run\n");
}

static void *return_last(void *what)
{
	CHECK(pthread_join(main_thread, NULL) == 0);
	if (what)
		((void (*)(void))(uintptr_t)what)();
	say(STDOUT_FILENO, "the last thread returns\n");
	return NULL;
}

/* End main by pthread_exit.  Another thread calls ${what}, if it is not NULL, and returns. */
static inline void leave_main_to_a_thread(void (*what)(void))
{
	CHECK(atexit(say_at_exit) == 0);
	main_thread = pthread_self();
	thread_start(thread_stack(THREAD_STACK), THREAD_STACK, return_last,
		     (void *)(uintptr_t)what);
	pthread_exit(NULL);
}
#endif
