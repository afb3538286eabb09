#ifndef MEMAGENT_TRENDS_H
#define MEMAGENT_TRENDS_H
/*
 * trends: how the old live bytes of call sites have changed, and the verdicts on them.
 *
 * Old bytes are those that were live at the last snapshot, too, so memory in use for a moment does
 * not count.  Each site has a series for each scale: the first scale has all snapshots, the next
 * every eighth, and so on.  So a leak that begins after weeks is seen within a minute, and a leak
 * of bytes an hour is seen, too.  Snapshots of an idle process are left out: a leak grows while the
 * program works.
 *
 * Layer    agent; needs snapshot, judge.
 * Threads  the sidecar.
 * Memory   one mapping, made by trends_open.
 */
#include <stdbool.h>
#include <stdint.h>

#include "agent/sites/snapshot.h"
#include "agent/sites/judge.h"

#define TREND_POINTS 32
#define TREND_SCALES 5
#define TREND_FACTOR 8 /* snapshots of a scale for one of the next */

/* The points that all series of a scale share; the latest are kept. */
struct trend_scale {
	uint32_t times_s[TREND_POINTS];
	uint32_t before_s[TREND_POINTS]; /* what was made later is not old */
	float heap[TREND_POINTS];	 /* exact live bytes of the process */
	size_t n;
};

struct trends {
	struct trends_memory *memory;
	struct trend_scale scales[TREND_SCALES];
	uint32_t snapshots;	/* added so far */
	uint32_t start_s;	/* what was made until then is of the start */
	unsigned updated;	/* scales to which the last snapshot was added; the finer ones */
	uint32_t offered;	/* snapshots, with those that were left out */
	double requested;	/* bytes, at the last of them */
	double first_requested; /* at the first */
};

/* The verdict on a site. */
struct trend {
	struct judge_result result;
	double growth_share; /* of the process's growth since the onset, from 0 to 1 */
	uint32_t since_s;    /* the onset; 0: there is none */
};

/* Map the memory.  Return false if there is none. */
bool trends_open(struct trends *t);

/* Forget all, in a forked child. */
void trends_reset(struct trends *t);

/*
 * trends_add(t, s, heap_bytes, requested):
 * Add the snapshot ${s}, taken when the process had ${heap_bytes} live bytes and had requested
 * ${requested} bytes in all.  Return false if the process was idle, and the snapshot was left out.
 */
bool trends_add(struct trends *t, const struct snapshot *s, double heap_bytes, double requested);

/*
 * trends_judge(t, s, functions):
 * Judge all sites of the snapshot that was added last.  ${functions} has a number for the function
 * of each site, by its index; 0 if it is not known yet.  A site grows only if all sites of its
 * function together do: a cache may be filled by one, and refilled by another.
 */
void trends_judge(struct trends *t, const struct snapshot *s, const uint64_t *functions);

/* Return whether there are enough snapshots for a verdict. */
bool trends_can_judge(const struct trends *t);

/* Return the verdict on site ${i} of ${s}. */
struct trend trends_of(const struct trends *t, const struct snapshot *s, unsigned i);

#endif
