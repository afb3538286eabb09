#ifndef MEMAGENT_TEST_EXEC_AGAIN_H
#define MEMAGENT_TEST_EXEC_AGAIN_H
/*
 * exec_again: a program that execs itself once, in the same process.
 *
 * Memory   never allocates, so it does not use setenv.
 */
#include "expect.h"

extern char **environ;

/* Return whether this is the second run: it has one more argument. */
static inline int is_second_run(int argc)
{
	return argc > 1;
}

/*
 * Exec this program as another service.  The pid stays and the counters begin anew, so the
 * points of the two runs must be two series.
 */
static inline void exec_again(void)
{
	static char name[] = "again";
	static char service[] = "MEMAGENT_SERVICE=again";
	static char *const arguments[] = {name, name, NULL};
	static char *environment[1000];
	size_t count = 0;

	while (environ[count] != NULL && count < 998) {
		environment[count] = environ[count];
		count++;
	}
	environment[count] = service;
	execve("/proc/self/exe", arguments, environment);
	CHECK(!"execve");
}
#endif
