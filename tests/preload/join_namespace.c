/*
 * Only a process with one thread can join a mount namespace, even its own.  The agent ends before
 * that.  Errors of setns stay the same.
 *
 * wants-event: uses seccomp, landlock, kept capabilities or namespaces, no longer reported
 */
#include <sched.h>

#include "expect.h"

int main(void)
{
	int mounts = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (getuid() != 0)
		skip("only root can do what it tests");
	CHECK(mounts >= 0);
	expect("agent_coverage", "=", 0);
	CHECK(setns(-1, CLONE_NEWNS) == -1 && errno == EBADF);
	CHECK(setns(mounts, CLONE_NEWNS) == 0);
	CHECK(setns(mounts, CLONE_NEWNET) == -1 && errno == EINVAL);
	close(mounts);
	return 0;
}
