/*
 * No new privileges, which is a thread's own promise: the agent's thread makes it
 * too, and goes on delivering.
 */
#include <sys/prctl.h>

#include "rights.h"

int main(void)
{
	struct tally tally = {0};

	for (int i = 0; i < 1000; i++)
		tally_malloc(&tally, 100);
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	rights_become_equal();
	for (int i = 0; i < 1000; i++)
		tally_malloc(&tally, 100);
	expect("agent_coverage", "=", 1);
	tally_expect(&tally);
	return 0;
}
