/*
 * main calls pthread_exit, and then the program sets a seccomp filter for all its threads.  Nothing
 * of the agent is left, and the process ends with its last thread.
 *
 * wants-event: uses seccomp, landlock, kept capabilities or namespaces, no longer reported
 * limit: 30
 */
#include "last_thread.h"
#include "privileges.h"
#include "seccomp.h"

static void set_filter(void)
{
	struct sock_filter filter[] = {
	    SECCOMP_NUMBER,
	    SECCOMP_RULE(SYS_futex, SECCOMP_RET_KILL_PROCESS),
	    SECCOMP_OTHERS(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = SECCOMP_PROGRAM(filter);

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) ==
	      0);
}

int main(void)
{
	leave_main_to_a_thread(set_filter);
}
