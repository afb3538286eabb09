/*
 * main calls pthread_exit, and another thread ends last.  The process ends with status 0, although
 * libc counts the agent's thread as a thread of the program.  (libc loads libgcc_s to unwind main,
 * so the totals are at least ours.)
 *
 * limit: 30
 */
#include "thread.h"

static pthread_t main_thread;
static struct tally tally;

static void *work(void *argument)
{
	CHECK(pthread_join(main_thread, NULL) == 0);
	for (int i = 0; i < 1000; i++)
		tally_free(&tally, tally_malloc(&tally, 100));
	say(STDOUT_FILENO, "the last thread returns\n");
	return argument;
}

static void at_exit(void)
{
	say(STDOUT_FILENO, "exit handlers run\n");
	tally_expect_at_least(&tally);
}

int main(void)
{
	CHECK(atexit(at_exit) == 0);
	main_thread = pthread_self();
	thread_start(thread_stack(THREAD_STACK), THREAD_STACK, work, NULL);
	pthread_exit(NULL);
}
