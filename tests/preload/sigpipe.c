/*
 * SIGPIPE keeps its disposition, although the agent writes to sockets.  A program that writes to a
 * closed pipe is killed by it.
 *
 * wants-status: 141
 */
#include <signal.h>

#include "expect.h"

int main(void)
{
	struct sigaction action;
	int end[2];

	CHECK(sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL);
	CHECK(pipe(end) == 0 && close(end[0]) == 0);
	say(end[1], "x");
	CHECK(!"alive after SIGPIPE");
}
