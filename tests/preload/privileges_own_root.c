/*
 * A thread with its own file-system state (CLONE_FS) calls chroot, which leaves the agent's thread
 * outside.  The agent ends, and reports that in a line, an event and its last point.  The program
 * runs on.
 *
 * wants-line: moved to another root directory or namespace
 * wants-event: moved to another root or namespace, no longer reported
 */
#include <sched.h>

#include "privileges.h"

int main(void)
{
	int tasks;

	need_root();
	/* Written before the chroot; inside there is no way to. */
	expect("mallocs", "=", 1000);
	expect("agent_coverage", "=", 0);
	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(tasks >= 0 && mkdir("inside", 0700) == 0);
	CHECK(unshare(CLONE_FS) == 0);
	CHECK(chroot("inside") == 0 && chdir("/") == 0);
	wait_for_agent_end_in(tasks);
	return 0;
}
