#ifndef MEMAGENT_SAMPLER_H
#define MEMAGENT_SAMPLER_H
/*
 * sampler: fills a point from the counters, the allocator, the kernel and the agent's own state.
 *
 * Layer    agent; needs allocator, trim, fields, proc, clock and the shim.
 * Threads  the sidecar.
 * Memory   never allocates.
 */
#include <stdint.h>

#include "agent/measure/allocator_stats.h"
#include "agent/encode/fields.h"
#include "agent/measure/trim.h"

/* The agent's own state; -1: not known yet. */
struct agent_health {
	int64_t tick_ns;
	int64_t late_ns;
	int64_t send_ns;
	int64_t points_buffered;
	int64_t points_dropped;
	int64_t send_errors;
	int64_t coverage; /* 1 or 0 */
};

struct sampler {
	int status_fd; /* from proc_open, or -1 */
	struct allocator_stats allocator_stats;
	const struct trim *trim;
};

/*
 * sampler_open(sampler, trim):
 * Open the files that every point reads.  The caller opens allocator_stats.  Never fails: values
 * that cannot be read are left out.  ${trim} must outlive ${sampler}.
 */
void sampler_open(struct sampler *sampler, const struct trim *trim);

/* Fill ${point} with the current values.  The caller sets its schema. */
void sampler_take(struct sampler *sampler, const struct agent_health *health, struct point *point);

#endif
