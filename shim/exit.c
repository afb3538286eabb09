/*
 * exit: the ways out of a process that no destructor sees.
 *
 * _exit, which shells and the workers of many a server end by: the last point is taken before it.
 * A child of vfork that comes this way shares our memory but not our process; the agent tells by
 * the process id.  pthread_exit of the main thread: the process must still end with its last
 * thread.
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
	/* Perhaps it does not heed it, or not yet: the agent looks whether it is gone. */
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
