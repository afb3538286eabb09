#include "agent/allocator.h"

#include <string.h>

#include "agent/clock.h"
#include "agent/schedule.h"

#define SLOW_NS (10 * CLOCK_S)
#define SHARE 100 /* of the time, one part is for readings at most */
#define MOST_NS (600 * CLOCK_S)

void allocator_open(struct allocator *allocator, int64_t interval_ns)
{
	allocator->heap = heap_find(allocator->version);
	if (interval_ns == 0 && allocator->heap->is_slow)
		interval_ns = SLOW_NS;
	allocator->interval_ns = interval_ns;
	allocator->start_ns = clock_mono_ns();
	allocator->due_ns = allocator->heap->read ? 0 : INT64_MAX;
	allocator->took_ns = 0;
}

/*
 * How long to leave it alone after a reading that took so much processor time.  By the time that
 * passed, a process that was stopped in the middle of one would have no figures for days.
 */
static int64_t pause_after(int64_t cpu_ns)
{
	return cpu_ns < MOST_NS / SHARE ? SHARE * cpu_ns : MOST_NS;
}

bool allocator_read(struct allocator *allocator, int64_t now_ns, struct heap_figures *out)
{
	int64_t cpu_ns, earliest;

	if (now_ns < allocator->due_ns)
		return false;
	cpu_ns = clock_thread_cpu_ns();
	memset(out, -1, sizeof(*out));
	allocator->heap->read(out);
	allocator->took_ns = clock_mono_ns() - now_ns;
	earliest = now_ns + pause_after(clock_thread_cpu_ns() - cpu_ns);
	allocator->due_ns = now_ns;
	if (allocator->interval_ns)
		allocator->due_ns =
		    schedule_next(allocator->start_ns, allocator->interval_ns, now_ns);
	if (allocator->due_ns < earliest)
		allocator->due_ns = earliest;
	return true;
}

void allocator_rest(struct allocator *allocator)
{
	allocator->due_ns = INT64_MAX;
}
