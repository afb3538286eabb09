/*
 * The program drops capabilities with capset and from the bounding set, for the calling thread
 * alone.  The agent's thread drops them too and continues to deliver.
 */
#include <linux/capability.h>
#include <sys/prctl.h>

#include "privileges.h"

int main(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};
	struct tally tally = {0};

	need_root();
	for (int i = 0; i < 1000; i++)
		tally_malloc(&tally, 100);
	CHECK(prctl(PR_CAPBSET_DROP, CAP_SYS_RAWIO, 0, 0, 0) == 0);
	wait_for_equal_privileges();
	/* Keep one capability, and one inheritable one. */
	data[0].effective = data[0].permitted = 1U << CAP_KILL | 1U << CAP_SETPCAP;
	data[0].inheritable = 1U << CAP_KILL;
	CHECK(syscall(SYS_capset, &header, data) == 0);
	wait_for_equal_privileges();
	memset(data, 0, sizeof(data));
	CHECK(syscall(SYS_capset, &header, data) == 0);
	wait_for_equal_privileges();
	for (int i = 0; i < 1000; i++)
		tally_malloc(&tally, 100);
	expect("agent_coverage", "=", 1);
	tally_expect(&tally);
	return 0;
}
