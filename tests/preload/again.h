#ifndef MEMAGENT_TEST_AGAIN_H
#define MEMAGENT_TEST_AGAIN_H
/*
 * again: a program that runs itself once more, in the same process.
 *
 * Memory   never allocates, so it does not use setenv.
 */
#include "expect.h"

extern char **environ;

/* Whether this is the second time, going by main's count of arguments. */
static inline int is_again(int argc)
{
	return argc > 1;
}

/*
 * Run this program again, as another service: the pid stays, the counters do not, so
 * the points of the two must not be of one series.
 */
static inline void run_again(void)
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
