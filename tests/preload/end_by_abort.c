/*
 * abort ends the process by SIGABRT.  The agent neither catches nor delays it.
 *
 * wants-status: 134
 */
#include <signal.h>

#include "expect.h"

int main(void)
{
	for (int i = 0; i < 100000; i++)
		free(malloc(100));
	say(STDOUT_FILENO, "before\n");
	abort();
	say(STDOUT_FILENO, "after\n");
	return 0;
}
