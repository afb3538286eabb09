/*
 * As seccomp_one_thread.c, by a system call that the library does not wrap.  The agent's thread
 * cannot take over the filter, so it ends, and reports that in a line, an event and its last point.
 * The program runs on.
 *
 * wants-line: the program gave up privileges by a system call of one thread
 * wants-event: gave up privileges, no longer reported
 * wants-status: 6
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

	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	seccomp_set_unseen(&program);
	wait_for_agent_end();
	expect("mallocs", "=", 1000);
	expect("agent_coverage", "=", 0);
	return 6;
}
