/*
 * SIGTERM has its default action: it kills the process at once, whether sent to the process or
 * raised.
 *
 * wants-status: 143
 */
#include <signal.h>

#include "expect.h"

int main(void)
{
	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	CHECK(kill(getpid(), SIGTERM) == 0);
	for (;;)
		pause();
}
