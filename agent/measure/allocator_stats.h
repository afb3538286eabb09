#ifndef MEMAGENT_ALLOCATOR_STATS_H
#define MEMAGENT_ALLOCATOR_STATS_H
/*
 * allocator_stats: when the allocator is asked for its own statistics.
 *
 * An allocator that walks the heap or takes locks for them is asked less often than there are
 * points.  Readings take at most a hundredth of the time, but are at most ten minutes apart.
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
 * Recognize the program's allocator.  Ask it every ${interval_ns}; 0 is every 10 s where that is
 * slow, else every time.
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
 * Never ask again.  The process is about to end, and a thread that ended it inside malloc may hold
 * the allocator's lock for ever.
 */
void allocator_stats_stop(struct allocator_stats *stats);

#endif
