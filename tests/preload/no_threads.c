/*
 * RLIMIT_NPROC prevents the agent's thread.  The program runs on without one, and the agent reports
 * that where it may.
 *
 * with-user: 54321
 * with-ulimit: -u 1
 * with-env: MEMAGENT_LOG=off
 * wants-points: none
 */
#include "thread.h"

static void *never(void *argument)
{
	return argument;
}

int main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, never, NULL) == 0)
		skip("RLIMIT_NPROC does not limit this user");
	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	return 0;
}
