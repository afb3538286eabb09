/*
 * A namespace of mounts, be it the program's own, is joined by a process of one thread only: the
 * agent leaves before.  What cannot be joined is told as ever.
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
