/*
 * A daemon drops root but keeps CAP_SETUID and CAP_SETGID (PR_SET_KEEPCAPS).  It then changes its
 * user by way of libc, which makes all threads do the same and aborts when one cannot.  The agent
 * ends before that.
 *
 * wants-event: uses seccomp, landlock, kept capabilities or namespaces, no longer reported
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

	need_root();
	points_wait_for_more();
	CHECK(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0);
	CHECK(setresuid(NOBODY, NOBODY, NOBODY) == 0);
	data[0].effective = data[0].permitted = 1U << CAP_SETUID | 1U << CAP_SETGID;
	CHECK(syscall(SYS_capset, &header, data) == 0);
	CHECK(setgid(NOBODY) == 0 && setuid(NOBODY - 1) == 0);
	CHECK(getuid() == NOBODY - 1);
	return 0;
}
