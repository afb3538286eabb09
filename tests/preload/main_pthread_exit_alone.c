/*
 * A program of one thread that leaves main by pthread_exit: the process ends with
 * status 0 and its exit handlers run; the agent must not be what is left of it.
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
