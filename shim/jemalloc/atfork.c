/*
 * atfork: jemalloc's handlers for a fork, which take all its locks.
 *
 * A signal handler that has interrupted jemalloc would wait for ever for one that is held already.
 * So there the fork goes without: the only thread holds the lock, and lets go of it in both
 * processes.
 */
#include <pthread.h>

#include "shim/jemalloc/embedded.h"
#include "shim/spawn.h"

static void (*prepare)(void);
static void (*in_parent)(void);
static void (*in_child)(void);

static void do_prepare(void)
{
	if (!spawn_is_inside())
		prepare();
}

static void do_in_parent(void)
{
	if (!spawn_is_inside())
		in_parent();
}

static void do_in_child(void)
{
	if (!spawn_is_inside())
		in_child();
}

int embedded_atfork(void (*before)(void), void (*parent)(void), void (*child)(void))
{
	prepare = before;
	in_parent = parent;
	in_child = child;
	return pthread_atfork(do_prepare, do_in_parent, do_in_child);
}
