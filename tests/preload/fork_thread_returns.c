/*
 * A thread forks.  In the child it is the only thread and returns from its function. libc then ends
 * the child and runs its exit handlers.
 *
 * limit: 30
 */
#include "thread.h"

static void at_exit(void)
{
	say(STDOUT_FILENO, "exit handlers run\n");
}

static void *fork_and_return(void *unused)
{
	pid_t child = fork();

	CHECK(child >= 0);
	if (child != 0)
		expect_child(child);
	return unused;
}

int main(void)
{
	pthread_t thread;

	CHECK(atexit(at_exit) == 0);
	thread = thread_start(thread_stack(THREAD_STACK), THREAD_STACK, fork_and_return, NULL);
	CHECK(pthread_join(thread, NULL) == 0);
	return 0;
}
