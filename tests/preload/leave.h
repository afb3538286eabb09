#ifndef MEMAGENT_TEST_LEAVE_H
#define MEMAGENT_TEST_LEAVE_H
/*
 * leave: a process whose main thread leaves by pthread_exit, and which libc ends, with its exit
 * handlers, when another thread returns as the last one.
 */
#include "thread.h"

static pthread_t leave_main;

static void leave_at_exit(void)
{
	say(STDOUT_FILENO, "exit handlers run\n");
}

static void *leave_last(void *what)
{
	CHECK(pthread_join(leave_main, NULL) == 0);
	if (what)
		((void (*)(void))(uintptr_t)what)();
	say(STDOUT_FILENO, "the last one out\n");
	return NULL;
}

/* Leave main; another thread does ${what}, if it is not NULL, and returns. */
static inline void leave_it_to_a_thread(void (*what)(void))
{
	CHECK(atexit(leave_at_exit) == 0);
	leave_main = pthread_self();
	thread_start(thread_stack(THREAD_STACK), THREAD_STACK, leave_last, (void *)(uintptr_t)what);
	pthread_exit(NULL);
}
#endif
