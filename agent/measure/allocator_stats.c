#include "agent/measure/allocator_stats.h"

#include "agent/base/clock.h"
#include "agent/base/schedule.h"

#define SLOW_NS (10 * CLOCK_S)
#define SHARE 100 /* a reading is followed by a pause of 100 times its CPU time */
#define LONGEST_PAUSE_NS (600 * CLOCK_S)

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
 * Return the pause after a reading that took ${cpu_ns}.  With wall time, a process that was stopped
 * during a reading would have no statistics for days.
 */
static int64_t pause_after(int64_t cpu_ns)
{
	return cpu_ns < LONGEST_PAUSE_NS / SHARE ? SHARE * cpu_ns : LONGEST_PAUSE_NS;
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
