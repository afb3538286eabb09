/*
 * The same call fails when the agent's thread already runs, as it does for lack of memory.  The
 * thread ends, and the program ends as it does without an agent.
 *
 * limit: 30
 */
#include "exec_again.h"
#include "last_thread.h"
#include "privileges.h"
#include "seccomp.h"

int main(int argc, char **argv)
{
	/* Let the probe pass, whose range holds no descriptor. */
	struct sock_filter filter[] = {
	    SECCOMP_NUMBER,
	    SECCOMP_RULE(SYS_unshare, SECCOMP_RET_ERRNO | ENOMEM),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 3),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
	    SECCOMP_RULE(0, SECCOMP_RET_ERRNO | ENOMEM),
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
