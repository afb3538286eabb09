/*
 * exit: wraps the ends of a process that run no destructor.
 *
 * The last point is taken before _exit, which shells and worker processes call.  A vfork child that
 * calls it shares our memory; the agent compares process ids to ignore it.  pthread_exit and
 * pthread_cancel may end the main thread; then the process must end with its last thread.
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "shim/cc.h"
#include "shim/hooks.h"
#include "shim/next.h"
#include "shim/spawn.h"
#include "shim/threads.h"

EXPORT void _exit(int status)
{
	next_resolve();
	hooks->exits();
	next._exit(status);
	__builtin_unreachable();
}

EXPORT void _Exit(int status)
{
	_exit(status);
}

EXPORT int pthread_cancel(pthread_t thread)
{
	next_resolve();
	/* The thread may ignore it for some time, so the agent checks whether it has ended. */
	if (pthread_equal(thread, spawn_main_thread()) && !threads_muted())
		hooks->main_exits();
	return next.pthread_cancel(thread);
}

EXPORT void pthread_exit(void *result)
{
	next_resolve();
	if (pthread_equal(pthread_self(), spawn_main_thread()) && !threads_muted())
		hooks->main_exits();
	next.pthread_exit(result);
	__builtin_unreachable();
}
