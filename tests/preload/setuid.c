/*
 * setuid in a threaded program: libc signals every thread, the agent's too, and waits for each.  If
 * SIGSETXID were blocked, it would wait for ever.  Afterwards no thread has more privileges than
 * the program.
 */
#include "privileges.h"
#include "thread.h"

static void *wait_for_main(void *barrier)
{
	pthread_barrier_wait(barrier);
	pthread_barrier_wait(barrier);
	return NULL;
}

int main(void)
{
	const uid_t uid = getuid() == 0 ? NOBODY : getuid();
	pthread_barrier_t barrier;
	pthread_t thread;

	CHECK(pthread_barrier_init(&barrier, NULL, 2) == 0);
	thread = thread_start(thread_stack(THREAD_STACK), THREAD_STACK, wait_for_main, &barrier);
	pthread_barrier_wait(&barrier);
	CHECK(setuid(uid) == 0);
	CHECK(getuid() == uid && geteuid() == uid);
	CHECK(privileges_are_equal());
	pthread_barrier_wait(&barrier);
	CHECK(pthread_join(thread, NULL) == 0);
	return 0;
}
