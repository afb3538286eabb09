#ifndef MEMAGENT_TRIM_H
#define MEMAGENT_TRIM_H
/*
 * trim: asks the allocator, at intervals, to return unused memory to the kernel.
 *
 * Layer    agent; needs allocator, proc, schedule and clock.
 * Threads  the sidecar.  A program thread that needs the allocator's lock meanwhile has to wait;
 *          this is the pause.
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
	int64_t cpu_ns;		/* CPU time of all trims */
	int64_t released_bytes; /* bytes by which all trims shrank the resident set */
};

/*
 * trim_open(trim, allocator, interval_ns):
 * Trim every ${interval_ns} from now on; 0: never.  Return 0; -1 if ${allocator} cannot trim.
 */
int trim_open(struct trim *trim, const struct allocator *allocator, int64_t interval_ns);

/* Trim now.  ${status_fd} is from proc_open. */
void trim_run(struct trim *trim, int status_fd);

#endif
