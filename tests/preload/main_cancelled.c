/*
 * main is cancelled, twice, and another thread ends later.  The process ends with status 0, as it
 * does after pthread_exit.
 *
 * limit: 30
 */
#include "thread.h"

static pthread_t main_thread;

static void *work(void *argument)
{
	CHECK(pthread_cancel(main_thread) == 0);
	CHECK(pthread_cancel(main_thread) == 0);
	CHECK(pthread_join(main_thread, NULL) == 0);
	say(STDOUT_FILENO, "the last thread returns\n");
	return argument;
}

int main(void)
{
	main_thread = pthread_self();
	thread_start(thread_stack(THREAD_STACK), THREAD_STACK, work, NULL);
	for (;;)
		pause();
}
