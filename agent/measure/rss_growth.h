#ifndef MEMAGENT_RSS_GROWTH_H
#define MEMAGENT_RSS_GROWTH_H
/*
 * rss_growth: why the resident set grows while live bytes do not, from the fields of the points.
 *
 * The series has RSS_SNAPSHOTS snapshots at most.  When it is full, every other one is dropped, and
 * from then on half as many are kept, so it always reaches back to the start.
 *
 * Layer    agent; needs fit.
 * Threads  the sidecar.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/encode/fields.h"

#define RSS_SNAPSHOTS 24
#define RSS_FEWEST 5		       /* snapshots of growth before it is reported */
#define RSS_LEAST_BYTES (16 * 1048576) /* of growth */

enum rss_quantity {
	RSS_RESIDENT,
	RSS_FILES,
	RSS_SHARED,
	RSS_MAPPED, /* all mappings, resident or not */
	RSS_HEAP,   /* mappings of the allocator */
	RSS_HELD,   /* what it has not returned to the kernel; negative: unknown */
	RSS_LIVE,
	RSS_ARENAS,
	RSS_QUANTITIES
};

struct rss_growth {
	int64_t period_ns;
	int64_t due_ns;
	uint32_t times_s[RSS_SNAPSHOTS];
	float values[RSS_QUANTITIES][RSS_SNAPSHOTS];
	size_t n;
	unsigned every;				  /* of so many snapshots one is kept */
	unsigned in_last;			  /* snapshots that the last one stands for */
	float heap_bytes, released_bytes, arenas; /* when last known; heap_bytes negative: never */
	bool grows;
};

/* Start anew, with a snapshot every ${period_ns}. */
void rss_growth_open(struct rss_growth *g, int64_t period_ns);

/*
 * rss_growth_add(g, value, now_ns, text, size):
 * Take a snapshot of the fields ${value} if one is due at ${now_ns} on the monotonic clock.  Return
 * whether growth without live bytes began or ended: ${g}->grows says which, and ${text} has a
 * sentence for the user.
 */
bool rss_growth_add(struct rss_growth *g, const int64_t *value, int64_t now_ns, char *text,
		    size_t size);

#endif
