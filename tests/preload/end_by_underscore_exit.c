/*
 * _exit ends the process at once, with status 5.
 *
 * wants-status: 5
 */
#include <signal.h>

#include "expect.h"

int main(void)
{
	for (int i = 0; i < 100000; i++)
		free(malloc(100));
	say(STDOUT_FILENO, "before\n");
	_exit(5);
	say(STDOUT_FILENO, "after\n");
	return 0;
}
