/*
 * A library that is destroyed after the agent calls setuid repeatedly while the agent's thread
 * ends. libc waits for every thread that it signals.  A thread that ended without libc's knowledge
 * would never answer.
 *
 * with-preload: ours libsetuid.so
 * limit: 60
 */
#include <dlfcn.h>

#include "expect.h"

int main(void)
{
	enum { CHILDREN = 400, SECONDS = 10 };
	int (*begin)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, "setuid_begin");

	CHECK(begin != NULL);
	for (int i = 0; i < CHILDREN; i++) {
		pid_t child = fork();

		CHECK(child >= 0);
		if (child == 0) {
			alarm(SECONDS);
			CHECK(begin() == 0);
			exit(0);
		}
		expect_child(child);
	}
	return 0;
}
