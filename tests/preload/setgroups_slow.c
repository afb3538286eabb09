/*
 * libc's setgroups has changed the agent's thread and still waits for another thread.  So for a
 * long time the agent has fewer groups than main.  The agent continues to report.
 */
#include <grp.h>

#include "privileges.h"
#include "thread.h"

/* libc sends this signal to all threads; pthread_sigmask cannot block it. */
enum { SETXID = 33 };

static void *answer_late(void *barrier)
{
	const uint64_t signal = UINT64_C(1) << (SETXID - 1);

	CHECK(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &signal, NULL, sizeof(signal)) == 0);
	pthread_barrier_wait(barrier);
	usleep(300000); /* thirty of the agent's intervals */
	CHECK(syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &signal, NULL, sizeof(signal)) == 0);
	return NULL;
}

int main(void)
{
	const gid_t group = NOBODY;
	pthread_barrier_t barrier;
	pthread_t thread;

	need_root();
	CHECK(pthread_barrier_init(&barrier, NULL, 2) == 0);
	thread = thread_start(thread_stack(THREAD_STACK), THREAD_STACK, answer_late, &barrier);
	usleep(50000); /* the agent's loop runs */
	pthread_barrier_wait(&barrier);
	CHECK(setgroups(1, &group) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(privileges_are_equal());
	usleep(100000); /* ten more */
	free(malloc(100));
	expect("agent_coverage", "=", 1);
	return 0;
}
