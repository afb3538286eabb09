#ifndef MEMAGENT_ALLOCATOR_H
#define MEMAGENT_ALLOCATOR_H
/*
 * allocator: when the allocator is asked for its own figures.
 *
 * Where it walks the heap under a lock, or locks what the program waits for, it is asked on a clock
 * slower than the points', and then never for more than a hundredth of the time, unless that were
 * less than once in ten minutes.
 *
 * Layer    agent; needs heap, schedule and clock.
 * Threads  the sidecar.
 */
#include <stdbool.h>
#include <stdint.h>

#include "agent/heap.h"

struct allocator {
	const struct heap *heap;
	char version[HEAP_VERSION_BYTES];
	int64_t interval_ns;
	int64_t start_ns; /* monotonic, like due_ns */
	int64_t due_ns;
	int64_t took_ns; /* the last reading */
};

/*
 * allocator_open(allocator, interval_ns):
 * Find the program's allocator.  It may be asked every ${interval_ns}; 0 is 10 s where that is
 * slow, and else every time.
 */
void allocator_open(struct allocator *allocator, int64_t interval_ns);

/*
 * allocator_read(allocator, now_ns, out):
 * Read its figures into ${out}, if that is due at ${now_ns}.  Return whether it was.
 */
bool allocator_read(struct allocator *allocator, int64_t now_ns, struct heap_figures *out);

/*
 * allocator_rest(allocator):
 * Never ask again: the process is about to end, and a thread that will not go on, because it ended
 * the process inside malloc, may hold a lock of the allocator's.
 */
void allocator_rest(struct allocator *allocator);

#endif
