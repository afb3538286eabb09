/*
 * main calls pthread_exit after the agent has ended, because its thread could not drop the
 * privileges that the program dropped.  The process ends with its last thread.
 *
 * wants-line: the program gave up privileges by a system call of one thread
 * limit: 30
 */
#include "last_thread.h"
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

	seccomp_set_unseen(&program);
	wait_for_agent_end();
	leave_main_to_a_thread(NULL);
}
