#ifndef MEMAGENT_ALLOCATOR_STATS_H
#define MEMAGENT_ALLOCATOR_STATS_H
/*
 * allocator_stats: when the allocator is asked for its own figures.
 *
 * Where it walks the heap under a lock, or locks what the program waits for, it is asked on a clock
 * slower than the points', and then never for more than a hundredth of the time, unless that were
 * less than once in ten minutes.
 *
 * Layer    agent; needs allocator, schedule and clock.
 * Threads  the sidecar.
 */
#include <stdbool.h>
#include <stdint.h>

#include "agent/measure/allocator.h"

struct allocator_stats {
	const struct allocator *allocator;
	char version[ALLOCATOR_VERSION_BYTES];
	int64_t interval_ns;
	int64_t start_ns; /* monotonic, like due_ns */
	int64_t due_ns;
	int64_t took_ns; /* the last reading */
};

/*
 * allocator_stats_open(stats, interval_ns):
 * Find the program's allocator.  It may be asked every ${interval_ns}; 0 is 10 s where that is
 * slow, and else every time.
 */
void allocator_stats_open(struct allocator_stats *stats, int64_t interval_ns);

/*
 * allocator_stats_read(stats, now_ns, value):
 * Read its figures into ${value}, which has FIELDS elements, if that is due at ${now_ns}.  Return
 * whether it was.
 */
bool allocator_stats_read(struct allocator_stats *stats, int64_t now_ns, int64_t *value);

/*
 * allocator_stats_stop(stats):
 * Never ask again: the process is about to end, and a thread that will not go on, because it ended
 * the process inside malloc, may hold a lock of the allocator's.
 */
void allocator_stats_stop(struct allocator_stats *stats);

#endif
