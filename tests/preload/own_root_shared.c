/*
 * A thread has its own file-system state (CLONE_FS) but the same root, as in file servers that need
 * a working directory per thread.  The agent stays.
 */
#include <sched.h>

#include "expect.h"

int main(void)
{
	struct tally tally = {0};

	CHECK(unshare(CLONE_FS) == 0 && chdir("/") == 0);
	for (int i = 0; i < 1000; i++)
		tally_malloc(&tally, 100);
	usleep(100000); /* ten of the agent's intervals */
	expect("agent_coverage", "=", 1);
	tally_expect(&tally);
	return 0;
}
