/*
 * setuid: a library with a thread that changes the user all the time, until the library is
 * destroyed.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

int setuid_begin(void);

static pthread_t thread;
static atomic_bool begun, ends;

static void *change(void *unused)
{
	(void)unused;
	while (!ends)
		if (seteuid(geteuid()))
			_exit(1);
	return NULL;
}

int setuid_begin(void)
{
	begun = true;
	return pthread_create(&thread, NULL, change, NULL);
}

__attribute__((destructor)) static void end(void)
{
	if (!begun)
		return;
	usleep(200); /* a few more changes while the agent's thread ends */
	ends = true;
	pthread_join(thread, NULL);
}
