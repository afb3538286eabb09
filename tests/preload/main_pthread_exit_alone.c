/*
 * main, the only thread, calls pthread_exit.  The process ends with status 0 and runs its exit
 * handlers, although the agent's thread exists.
 *
 * limit: 30
 */
#include "thread.h"

static void at_exit(void)
{
	say(STDOUT_FILENO, "exit handlers run\n");
}

int main(void)
{
	CHECK(atexit(at_exit) == 0);
	free(malloc(100));
	pthread_exit(NULL);
}
