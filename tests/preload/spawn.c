/*
 * posix_spawn with closed and moved descriptors and a signal mask: the parent's counts stay exact
 * and the child's output is complete.  The child has exactly the descriptors that the program gave
 * it.
 */
#include <signal.h>
#include <spawn.h>

#include "expect.h"

extern char **environ;

int main(void)
{
	static char sh[] = "sh";
	static char option[] = "-c";
	static char list[] = "ls /proc/self/fd | wc -w; echo spawned";
	static char *const arguments[] = {sh, option, list, NULL};
	struct tally tally = {0};
	posix_spawnattr_t attributes;
	sigset_t none;

	CHECK(sigemptyset(&none) == 0);
	CHECK(posix_spawnattr_init(&attributes) == 0);
	CHECK(posix_spawnattr_setsigmask(&attributes, &none) == 0);
	CHECK(posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK) == 0);
	for (int i = 0; i < 30; i++) {
		pid_t pid;

		CHECK(posix_spawn(&pid, "/bin/sh", NULL, &attributes, arguments, environ) == 0);
		expect_child(pid);
		tally_malloc(&tally, 100);
	}
	CHECK(posix_spawnattr_destroy(&attributes) == 0);
	tally_expect(&tally);
	return 0;
}
