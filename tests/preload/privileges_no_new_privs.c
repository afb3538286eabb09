/*
 * The program sets no_new_privs, which applies to the calling thread only.  The agent's thread sets
 * it too and continues to deliver.
 */
#include <sys/prctl.h>

#include "privileges.h"

int main(void)
{
	struct tally tally = {0};

	for (int i = 0; i < 1000; i++)
		tally_malloc(&tally, 100);
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	wait_for_equal_privileges();
	for (int i = 0; i < 1000; i++)
		tally_malloc(&tally, 100);
	expect("agent_coverage", "=", 1);
	tally_expect(&tally);
	return 0;
}
