#ifndef MEMAGENT_TEST_FORK_LOAD_H
#define MEMAGENT_TEST_FORK_LOAD_H
/*
 * fork_load: forks while the agent loads its libraries (lib/slowload.c).
 */
#include <dlfcn.h>

#include "expect.h"

/* How far the loading is (lib/slowload.c) when the child has its copy: ${wanted}, under the agent.
 */
static inline void fork_while_it_loads(int wanted)
{
	const volatile int *phase = dlsym(RTLD_DEFAULT, "slowload_phase");
	const struct timespec moment = {0, 1000000};
	pid_t pid;

	CHECK(phase != NULL);
	if (getenv("EXPECT") == NULL) /* no agent */
		return;
	for (int i = 0; *phase == 0; i++) {
		CHECK(i < 10000);
		nanosleep(&moment, NULL);
	}
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		CHECK(*phase == wanted);
		free(malloc(100));
		exit(0);
	}
	expect_child(pid);
}
#endif
