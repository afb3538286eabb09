/*
 * The same by a system call that nobody sees coming: the agent's thread, which
 * cannot take over a filter, ends, and says so in a line, an event and its last
 * point; the program goes on.
 *
 * wants-line: the program has given up rights that this thread cannot give up
 * wants-event: gave up rights, no longer seen
 * wants-status: 6
 */
#include "rights.h"
#include "seccomp.h"

int main(void)
{
	struct sock_filter filter[] = {
	    SECCOMP_NUMBER,
	    SECCOMP_RULE(SYS_socket, SECCOMP_RET_ERRNO | EPERM),
	    SECCOMP_OTHERS(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = SECCOMP_PROGRAM(filter);

	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(rights_bare_call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, (long)&program) == 0);
	rights_agent_ends();
	expect("mallocs", "=", 1000);
	expect("agent_coverage", "=", 0);
	return 6;
}
