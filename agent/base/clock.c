#include "agent/base/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec t = {0, 0};

	clock_gettime(id, &t);
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
