#ifndef MEMAGENT_TRENDS_H
#define MEMAGENT_TRENDS_H
/*
 * trends: how the live bytes of call sites have changed, and what that says of them.
 *
 * A series has JUDGE_POINTS snapshots at most.  When it is full, every other one is dropped, and
 * from then on half as many are kept, so it always reaches back to the start.  Snapshots of an idle
 * process are left out: a leak grows while the program works.
 *
 * Layer    agent; needs snapshot, judge.
 * Threads  the sidecar.
 * Memory   one mapping, made by trends_open.
 */
#include <stdbool.h>
#include <stdint.h>

#include "agent/sites/snapshot.h"
#include "agent/sites/judge.h"

struct trends {
	struct trends_memory *memory;
	uint32_t times_s[JUDGE_POINTS];
	float heap[JUDGE_POINTS]; /* exact live bytes of the process */
	size_t n;
	unsigned every;	   /* of so many snapshots one is kept */
	unsigned in_last;  /* snapshots that the last one stands for */
	double requested;  /* bytes, at the last snapshot */
	double busy_bytes; /* requested between two snapshots, on average */
};

/* What is said of a site. */
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
 * Add the snapshot ${s}, taken when the process had ${heap_bytes} live bytes and had ${requested}
 * bytes in all.  Return false if the process was idle, and the snapshot was left out.
 */
bool trends_add(struct trends *t, const struct snapshot *s, double heap_bytes, double requested);

/*
 * trends_judge(t, s, functions, judged):
 * Judge the chosen sites of the snapshot that was added last, and store the results in ${judged}.
 * ${functions} has a number for the function of each site, 0 if it is not known yet.  A site grows
 * only if all sites of its function together do: a cache may be filled by one, and refilled by
 * another.  Both arrays have STACKS elements, by the site's index.
 */
void trends_judge(struct trends *t, const struct snapshot *s, const uint64_t *functions,
		  struct trend *judged);

#endif
