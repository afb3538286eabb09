/*
 * The only thread calls pthread_exit in a library's destructor, after the agent has ended. libc
 * sees that it was the last thread and finishes the exit.
 *
 * with-preload: ours libleave.so
 * limit: 30
 */
#include "expect.h"

int main(void)
{
	free(malloc(100));
	return 0;
}
