#ifndef MEMAGENT_TRIM_H
#define MEMAGENT_TRIM_H
/*
 * trim: has the allocator give memory that no object lies in back to the kernel, every so often.
 *
 * Layer    agent; needs allocator, proc, schedule and clock.
 * Threads  the sidecar.  The program's threads wait when they need a lock that the allocator holds
 *          meanwhile; that is what the pause is about.
 */
#include <stdint.h>

struct allocator;

struct trim {
	const struct allocator *allocator;
	int64_t interval_ns; /* 0: never */
	int64_t start_ns;
	int64_t due_ns; /* monotonic; INT64_MAX: never */
	int64_t times;
	int64_t pause_ns; /* of the last one; -1 before the first */
	int64_t pause_total_ns;
	int64_t cpu_ns;		/* processor time of all */
	int64_t released_bytes; /* by which the resident set was smaller after each than before */
};

/*
 * trim_open(trim, allocator, interval_ns):
 * From now on every ${interval_ns}; 0 is never.  Return 0; -1 when ${allocator} cannot, then never.
 */
int trim_open(struct trim *trim, const struct allocator *allocator, int64_t interval_ns);

/* Do it.  ${status_fd} is from proc_open. */
void trim_run(struct trim *trim, int status_fd);

#endif
