/*
 * main leaves when the agent's thread has ended, because it could not give up what the program has
 * given up: the process ends with its last thread.
 *
 * wants-line: the program has given up rights that this thread cannot give up
 * limit: 30
 */
#include "leave.h"
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

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(rights_bare_call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, (long)&program) == 0);
	rights_agent_ends();
	leave_it_to_a_thread(NULL);
}
