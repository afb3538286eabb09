#include "agent/base/clock.h"

#include <gnu/libc-version.h>
#include <time.h>

#include "shim/object.h"

typedef int clock_function(clockid_t, struct timespec *);

/*
 * Return libc's own clock_gettime, even where libfaketime interposes it.  The kernel's timeouts use
 * the true clock, and a fake clock that stands still would stop the points.
 */
static clock_function *libc_clock(void)
{
	static clock_function *known;
	clock_function *found = __atomic_load_n(&known, __ATOMIC_RELAXED);

	if (found)
		return found;
	found =
	    (clock_function *)object_function((const void *)gnu_get_libc_version, "clock_gettime");
	if (found == NULL)
		found = clock_gettime;
	__atomic_store_n(&known, found, __ATOMIC_RELAXED);
	return found;
}

static int64_t read_clock(clockid_t id)
{
	struct timespec t = {0, 0};

	libc_clock()(id, &t);
	return (int64_t)t.tv_sec * CLOCK_S + t.tv_nsec;
}

int64_t clock_mono_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_wall_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_thread_cpu_ns(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID);
}
