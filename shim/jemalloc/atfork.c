/*
 * atfork: wraps jemalloc's fork handlers, which take all its locks.
 *
 * If a signal handler has interrupted jemalloc and forks, the handlers would deadlock on a lock
 * that the thread holds.  They are skipped then: that thread is the only one, and releases the lock
 * in both processes.
 */
#include <pthread.h>

#include "shim/jemalloc/embedded.h"
#include "shim/spawn.h"

static void (*prepare)(void);
static void (*in_parent)(void);
static void (*in_child)(void);

static void do_prepare(void)
{
	if (!spawn_is_in_allocator())
		prepare();
}

static void do_in_parent(void)
{
	if (!spawn_is_in_allocator())
		in_parent();
}

static void do_in_child(void)
{
	if (!spawn_is_in_allocator())
		in_child();
}

/* What the calling thread holds may be released twice then, which does no harm. */
void embedded_unlock(void)
{
	in_child();
}

int embedded_atfork(void (*before)(void), void (*parent)(void), void (*child)(void))
{
	prepare = before;
	in_parent = parent;
	in_child = child;
	return pthread_atfork(do_prepare, do_in_parent, do_in_child);
}
