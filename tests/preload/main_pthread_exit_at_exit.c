/*
 * The only thread leaves by pthread_exit in a library's destructor, when the agent has ended: libc
 * finds that it was the last one, and goes on with the exit.
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
