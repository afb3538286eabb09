/*
 * After SIGKILL the file of points has whole lines only.
 *
 * wants-status: 137
 */
#include <signal.h>

#include "expect.h"

int main(void)
{
	for (int i = 0; i < 100000; i++)
		free(malloc(100));
	say(STDOUT_FILENO, "before\n");
	raise(SIGKILL);
	say(STDOUT_FILENO, "after\n");
	return 0;
}
