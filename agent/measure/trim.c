#include "agent/measure/trim.h"

#include <string.h>

#include "agent/base/clock.h"
#include "agent/encode/fields.h"
#include "agent/measure/allocator.h"
#include "agent/measure/proc.h"
#include "agent/base/schedule.h"

int trim_open(struct trim *trim, const struct allocator *allocator, int64_t interval_ns)
{
	memset(trim, 0, sizeof(*trim));
	trim->allocator = allocator;
	trim->pause_ns = -1;
	trim->due_ns = INT64_MAX;
	if (interval_ns == 0)
		return 0;
	if (allocator->trim == NULL)
		return -1;
	trim->interval_ns = interval_ns;
	trim->start_ns = clock_mono_ns();
	trim->due_ns = trim->start_ns + interval_ns;
	return 0;
}

static int64_t rss_bytes(int status_fd)
{
	int64_t value[FIELDS];

	proc_status_read(status_fd, value);
	return value[FIELD_rss_bytes];
}

void trim_run(struct trim *trim, int status_fd)
{
	int64_t before = rss_bytes(status_fd);
	int64_t cpu = clock_thread_cpu_ns();
	int64_t began = clock_mono_ns();
	int64_t after;

	trim->allocator->trim();
	trim->pause_ns = clock_mono_ns() - began;
	trim->pause_total_ns += trim->pause_ns;
	trim->cpu_ns += clock_thread_cpu_ns() - cpu;
	trim->times++;
	after = rss_bytes(status_fd);
	/* If the program grew more than that meanwhile, the amount is unknown. */
	if (after >= 0 && after < before)
		trim->released_bytes += before - after;
	trim->due_ns = schedule_next(trim->start_ns, trim->interval_ns, clock_mono_ns());
}
