/*
 * 10,000 forks of a process in which four threads allocate and fork at once.  Each child allocates
 * and ends as a shell's do.  No child hangs, and no call of the parent is lost or counted twice.
 *
 * limit: 300
 */
#include "thread.h"

enum { THREADS = 4, CHILDREN = 10000 };

static void *work(void *tally)
{
	thread_book(tally);
	for (int i = 0; i < CHILDREN / THREADS; i++) {
		pid_t pid;

		for (int k = 0; k < 100; k++)
			tally_free(tally, tally_malloc(tally, (size_t)(i + k) % 1000));
		pid = fork();
		CHECK(pid >= 0);
		if (pid == 0) {
			for (int k = 0; k < 100; k++)
				CHECK(malloc(50) != NULL);
			_exit(0);
		}
		expect_child(pid);
	}
	return NULL;
}

int main(void)
{
	static struct tally of[THREADS];
	pthread_t thread[THREADS];
	struct tally tally = {0};

	for (int i = 0; i < THREADS; i++)
		thread[i] = thread_start(thread_stack(THREAD_STACK), THREAD_STACK, work, &of[i]);
	for (int i = 0; i < THREADS; i++) {
		CHECK(pthread_join(thread[i], NULL) == 0);
		tally_add(&tally, &of[i]);
	}
	tally_expect(&tally);
	return 0;
}
