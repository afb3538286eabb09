/*
 * Children that no fork handler sees: _Fork and the bare system call.  They run
 * on without an agent; nothing hangs, and the parent's books stay its own.
 */
#include <sys/syscall.h>
#include <signal.h>

#include "expect.h"

static pid_t bare_fork(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

int main(void)
{
	struct tally tally = {0};

	for (int i = 0; i < 200; i++) {
		pid_t pid = i % 2 ? _Fork() : bare_fork();

		CHECK(pid >= 0);
		if (pid == 0) {
			for (size_t size = 0; size < 50000; size += 1000)
				free(malloc(size));
			if (i % 4 < 2)
				_exit(0);
			exit(0);
		}
		expect_child(pid);
		tally_malloc(&tally, 100);
	}
	tally_expect(&tally);
	return 0;
}
