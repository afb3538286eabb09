/*
 * An inherited seccomp filter, as in a container, refuses the agent's thread its own descriptor
 * table.  There is no agent, a line says so, and the program ends as it does without.
 *
 * wants-line: cannot start the agent's thread: Operation not permitted
 * limit: 30
 */
#include "exec_again.h"
#include "last_thread.h"
#include "privileges.h"
#include "seccomp.h"

int main(int argc, char **argv)
{
	struct sock_filter filter[] = {
	    SECCOMP_NUMBER,
	    SECCOMP_RULE(SYS_close_range, SECCOMP_RET_ERRNO | EPERM),
	    SECCOMP_RULE(SYS_unshare, SECCOMP_RET_ERRNO | EPERM),
	    SECCOMP_OTHERS(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = SECCOMP_PROGRAM(filter);

	(void)argv;
	if (!is_second_run(argc)) {
		seccomp_set_unseen(&program);
		exec_again();
	}
	leave_main_to_a_thread(NULL);
}
