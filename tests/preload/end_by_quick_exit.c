/*
 * quick_exit runs its own handlers only, and the process ends at once with status 4.
 *
 * wants-status: 4
 */
#include <signal.h>

#include "expect.h"

int main(void)
{
	for (int i = 0; i < 100000; i++)
		free(malloc(100));
	say(STDOUT_FILENO, "before\n");
	quick_exit(4);
	say(STDOUT_FILENO, "after\n");
	return 0;
}
