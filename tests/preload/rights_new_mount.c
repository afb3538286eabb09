/*
 * A namespace of mounts of the program's own, in which the program may hide what it has: the
 * agent's thread, which is not in it, ends, and says so in a line, an event and its last point; the
 * program goes on.
 *
 * wants-line: gone to another root directory or namespace than this thread
 * wants-event: went to another root or namespace, no longer seen
 */
#include <sched.h>

#include "rights.h"

int main(void)
{
	rights_need_root();
	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	if (unshare(CLONE_NEWNS) != 0)
		skip("this system makes no such namespace");
	rights_agent_ends();
	expect("mallocs", "=", 1000);
	expect("agent_coverage", "=", 0);
	return 0;
}
