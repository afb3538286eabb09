/*
 * A daemon drops root and keeps one capability (PR_SET_KEEPCAPS).  The agent's thread does not have
 * that capability, so it has fewer than the program, and continues to deliver.
 */
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>

#include "points.h"
#include "privileges.h"

int main(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};
	struct tally tally = {0};

	need_root();
	for (int i = 0; i < 1000; i++)
		tally_malloc(&tally, 100);
	CHECK(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0);
	CHECK(setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
	data[0].effective = data[0].permitted = 1U << CAP_DAC_OVERRIDE;
	CHECK(syscall(SYS_capset, &header, data) == 0);
	for (int i = 0; i < 1000; i++)
		tally_malloc(&tally, 100);
	points_wait_for_more();
	expect("agent_coverage", "=", 1);
	tally_expect(&tally);
	return 0;
}
