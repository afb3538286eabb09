/*
 * SIGPIPE keeps its disposition: a program that writes into a closed pipe dies of
 * it, although the agent writes into sockets and would rather not.
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
