/*
 * The program sets a seccomp filter for all threads (TSYNC) that kills for any system call which
 * the agent would make later, in its thread or at exit.
 *
 * wants-status: 4
 * wants-event: uses seccomp, landlock, kept capabilities or namespaces, no longer reported
 */
#include "privileges.h"
#include "seccomp.h"

int main(void)
{
	struct sock_filter filter[] = {
	    SECCOMP_NUMBER,
	    SECCOMP_RULE(SYS_write, SECCOMP_RET_ALLOW),
	    SECCOMP_RULE(SYS_exit_group, SECCOMP_RET_ALLOW),
	    SECCOMP_RULE(SYS_clock_nanosleep, SECCOMP_RET_ALLOW),
	    SECCOMP_OTHERS(SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = SECCOMP_PROGRAM(filter);

	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	expect("mallocs", "=", 1000);
	expect("agent_coverage", "=", 0);
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) ==
	      0);
	usleep(100000); /* ten of the agent's intervals */
	say(STDOUT_FILENO, "still here\n");
	_exit(4);
}
