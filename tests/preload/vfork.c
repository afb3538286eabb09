/*
 * A vfork child runs in its parent's memory, may only exec or _exit, and is neither reported nor
 * counted.  The program does not wait for the agent there.
 */
#include "expect.h"

extern char **environ;

static pid_t vfork_exec(void)
{
	static char sh[] = "sh";
	static char option[] = "-c";
	static char text[] = "exit 0";
	static char *const arguments[] = {sh, option, text, NULL};
	pid_t pid = vfork();

	if (pid == 0) {
		execve("/bin/sh", arguments, environ);
		_exit(EXPECT_FAILED);
	}
	return pid;
}

static pid_t vfork_exit(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	return pid;
}

int main(void)
{
	struct tally tally = {0};

	for (int i = 0; i < 100; i++) {
		if (i % 5 == 0)
			expect_child(vfork_exec());
		else
			expect_child(vfork_exit());
		tally_malloc(&tally, 100);
	}
	tally_expect(&tally);
	return 0;
}
