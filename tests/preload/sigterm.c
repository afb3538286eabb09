/*
 * SIGTERM does what it does by default: the process dies of it, at once, whether
 * it is sent to the process or raised (a helper thread once took it: KDE 378494).
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
