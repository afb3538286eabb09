#ifndef MEMAGENT_ALLOCATOR_STATS_H
#define MEMAGENT_ALLOCATOR_STATS_H
/*
 * allocator_stats: reads the allocator's own statistics at intervals.
 *
 * An allocator that walks the heap or takes locks is read less often than points are taken.
 * Readings use at most 1 % of the CPU time of one core, but are at most ten minutes apart.
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
	int64_t took_ns; /* duration of the last reading */
};

/*
 * allocator_stats_open(stats, interval_ns):
 * Recognize the program's allocator.  Read it every ${interval_ns}; 0 means every 10 s if reading
 * it is slow, else for every point.
 */
void allocator_stats_open(struct allocator_stats *stats, int64_t interval_ns);

/*
 * allocator_stats_read(stats, now_ns, value):
 * If a reading is due at ${now_ns}, read the statistics into ${value}, which has FIELDS elements.
 * Return whether it was due.
 */
bool allocator_stats_read(struct allocator_stats *stats, int64_t now_ns, int64_t *value);

/*
 * allocator_stats_stop(stats):
 * Never read again.  The process is about to end; a thread that ended it inside malloc may hold the
 * allocator's lock for ever.
 */
void allocator_stats_stop(struct allocator_stats *stats);

#endif
