/*
 * clone: wraps the functions that copy the process without libc's fork handlers.
 *
 * The child gets no agent, but it may allocate.  So the sidecar rests during the copy: a lock that
 * it held would stay locked in the child.  A child that shares our memory (vfork, posix_spawn,
 * threads) is left alone.
 */
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <unistd.h>

#include "shim/cc.h"
#include "shim/hooks.h"
#include "shim/next.h"

static void after_copy(bool in_clone)
{
	int saved = errno;

	if (in_clone)
		hooks->in_clone();
	hooks->after_fork();
	errno = saved;
}

EXPORT pid_t _Fork(void)
{
	pid_t pid;

	next_resolve();
	if (next._Fork == NULL) {
		errno = ENOSYS;
		return -1;
	}
	hooks->before_fork();
	pid = next._Fork();
	after_copy(pid == 0);
	return pid;
}

struct start {
	int (*run)(void *);
	void *arg;
};

/* In the child, which has a copy of the caller's memory. */
static int run_copy(void *arg)
{
	const struct start *start = arg;

	after_copy(true);
	return start->run(start->arg);
}

EXPORT int clone(int (*run)(void *), void *stack, int flags, void *arg, ...)
{
	struct start start = {run, arg};
	va_list args;
	void *more[3];
	int pid;

	va_start(args, arg);
	for (int i = 0; i < 3; i++)
		more[i] = va_arg(args, void *);
	va_end(args);
	next_resolve();
	if (flags & CLONE_VM || run == NULL)
		return next.clone(run, stack, flags, arg, more[0], more[1], more[2]);
	hooks->before_fork();
	pid = next.clone(run_copy, stack, flags, &start, more[0], more[1], more[2]);
	after_copy(false);
	return pid;
}
