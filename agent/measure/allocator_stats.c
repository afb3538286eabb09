#include "agent/measure/allocator_stats.h"

#include "agent/base/clock.h"
#include "agent/base/schedule.h"

#define SLOW_NS (10 * CLOCK_S)
#define SHARE 100 /* one part of the time is for readings, at most */
#define MOST_NS (600 * CLOCK_S)

void allocator_stats_open(struct allocator_stats *stats, int64_t interval_ns)
{
	stats->allocator = allocator_find(stats->version);
	if (interval_ns == 0 && stats->allocator->is_slow)
		interval_ns = SLOW_NS;
	stats->interval_ns = interval_ns;
	stats->start_ns = clock_mono_ns();
	stats->due_ns = stats->allocator->read ? 0 : INT64_MAX;
	stats->took_ns = 0;
}

/*
 * How long to wait after a reading, by its processor time.  Wall time would leave a process that
 * was stopped in the middle of a reading without figures for days.
 */
static int64_t pause_after(int64_t cpu_ns)
{
	return cpu_ns < MOST_NS / SHARE ? SHARE * cpu_ns : MOST_NS;
}

bool allocator_stats_read(struct allocator_stats *stats, int64_t now_ns, int64_t *value)
{
	int64_t cpu_ns, earliest;

	if (now_ns < stats->due_ns)
		return false;
	cpu_ns = clock_thread_cpu_ns();
	stats->allocator->read(value);
	stats->took_ns = clock_mono_ns() - now_ns;
	earliest = now_ns + pause_after(clock_thread_cpu_ns() - cpu_ns);
	stats->due_ns = now_ns;
	if (stats->interval_ns)
		stats->due_ns = schedule_next(stats->start_ns, stats->interval_ns, now_ns);
	if (stats->due_ns < earliest)
		stats->due_ns = earliest;
	return true;
}

void allocator_stats_stop(struct allocator_stats *stats)
{
	stats->due_ns = INT64_MAX;
}
