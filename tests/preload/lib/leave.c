/* leave: a library at whose end the main thread leaves, and the agent ends before it. */
#include <pthread.h>

__attribute__((destructor)) static void end(void)
{
	pthread_exit(NULL);
}
