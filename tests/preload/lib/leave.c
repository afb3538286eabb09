/*
 * leave: a library in whose destructor the main thread calls pthread_exit.  The agent has ended
 * before.
 */
#include <pthread.h>

__attribute__((destructor)) static void end(void)
{
	pthread_exit(NULL);
}
