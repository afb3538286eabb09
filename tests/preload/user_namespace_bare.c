/*
 * As user_namespace.c, by way of syscall().
 *
 * wants-event: uses seccomp, landlock, kept capabilities or namespaces, no longer reported
 * wants-status: 4
 */
#include <sched.h>
#include <sys/syscall.h>

#include "expect.h"

int main(void)
{
	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	expect("mallocs", "=", 1000);
	expect("agent_coverage", "=", 0);
	if (syscall(SYS_unshare, CLONE_NEWUSER) != 0) {
		CHECK(errno != EINVAL);
		skip("this system makes no user namespace");
	}
	return 4;
}
