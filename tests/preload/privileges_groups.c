/*
 * The program drops groups by the raw system call.  The agent's thread cannot know for certain
 * which are left.  So it ends, and reports that in a line, an event and its last point.  The
 * program runs on.
 *
 * wants-line: the program gave up privileges by a system call of one thread
 * wants-event: gave up privileges, no longer reported
 * wants-status: 5
 */
#include "privileges.h"

int main(void)
{
	const gid_t group = NOBODY;

	need_root();
	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	CHECK(raw_syscall(SYS_setgroups, 1, (long)&group, 0) == 0);
	wait_for_agent_end();
	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	expect("agent_coverage", "=", 0);
	expect("mallocs", "=", 1000);
	return 5;
}
