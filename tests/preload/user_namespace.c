/*
 * Only a process with one thread can make a user namespace.  The agent ends before that, and
 * reports it in its last point.
 *
 * wants-event: uses seccomp, landlock, kept capabilities or namespaces, no longer reported
 * wants-status: 3
 */
#include <sched.h>

#include "expect.h"

int main(void)
{
	int done;

	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	expect("mallocs", "=", 1000);
	expect("agent_coverage", "=", 0);
	errno = 123;
	done = unshare(CLONE_NEWUSER);
	if (done != 0 && errno != EINVAL)
		skip("this system makes no user namespace");
	CHECK(done == 0 && errno == 123);
	free(malloc(100));
	return 3;
}
