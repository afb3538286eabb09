/*
 * A pipe was open before the program started, and so before the agent had its own descriptor table.
 * Its reader sees end of file when the program closes it.
 */
#include <time.h>

#include "exec_again.h"

enum { READ_END = 10, WRITE_END = 11 };

int main(int argc, char **argv)
{
	const struct timespec a_while = {0, 100000000};
	int end[2];
	char byte;

	(void)argv;
	if (!is_second_run(argc)) {
		CHECK(pipe(end) == 0);
		CHECK(dup2(end[0], READ_END) == READ_END);
		CHECK(dup2(end[1], WRITE_END) == WRITE_END);
		CHECK(close(end[0]) == 0 && close(end[1]) == 0);
		exec_again();
	}
	/* Time for the agent to start.  Without it the test would check less, but never fail. */
	CHECK(nanosleep(&a_while, NULL) == 0);
	CHECK(close(WRITE_END) == 0);
	CHECK(read(READ_END, &byte, 1) == 0);
	return 0;
}
