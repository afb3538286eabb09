/*
 * The program sets a seccomp filter for the calling thread alone, by prctl.  No thread of the agent
 * stays unrestricted.
 *
 * wants-event: uses seccomp, landlock, kept capabilities or namespaces, no longer reported
 */
#include "privileges.h"
#include "seccomp.h"

int main(void)
{
	struct sock_filter filter[] = {
	    SECCOMP_NUMBER,
	    SECCOMP_RULE(SYS_socket, SECCOMP_RET_ERRNO | EPERM),
	    SECCOMP_OTHERS(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = SECCOMP_PROGRAM(filter);
	pid_t child;

	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	expect("mallocs", "=", 1000);
	expect("agent_coverage", "=", 0);
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0);
	wait_for_agent_end();
	/* A child is as it would be without an agent, too. */
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		CHECK(privileges_are_equal());
		exit(0);
	}
	expect_child(child);
	return 0;
}
