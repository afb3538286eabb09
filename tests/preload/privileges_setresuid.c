/*
 * The program drops users and groups by raw system calls, which affect the calling thread only.
 * The agent's thread drops them too and continues to deliver.  The process stays dumpable if the
 * program was.
 */
#include <sys/prctl.h>

#include "privileges.h"

int main(void)
{
	struct tally tally = {0};

	need_root();
	for (int i = 0; i < 1000; i++)
		tally_malloc(&tally, 100);
	CHECK(syscall(SYS_setresgid, NOBODY, NOBODY, NOBODY) == 0);
	CHECK(syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY) == 0);
	CHECK(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
	wait_for_equal_privileges();
	CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1);
	for (int i = 0; i < 1000; i++)
		tally_malloc(&tally, 100);
	expect("agent_coverage", "=", 1);
	tally_expect(&tally);
	return 0;
}
