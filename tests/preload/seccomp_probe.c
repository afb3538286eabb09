/*
 * A program probes for seccomp by setting a filter at an invalid address, and a vfork child, which
 * shares its memory, sets a real one.  Neither restricts the program, so the agent reports until
 * the end.
 */
#include "privileges.h"
#include "seccomp.h"

static void probe(void)
{
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) == -1 && errno == EFAULT);
	CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, NULL) ==
		  -1 &&
	      errno == EFAULT);
}

static pid_t set_filter(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0);
		raw_syscall(SYS_exit, 0, 0, 0);
	}
	return pid;
}

int main(void)
{
	struct tally tally = {0};

	probe();
	tally_malloc(&tally, 100);
	expect_child(set_filter());
	tally_malloc(&tally, 100);
	tally_expect(&tally);
	expect("agent_coverage", "=", 1);
	return 0;
}
