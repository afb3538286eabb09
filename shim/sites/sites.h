#ifndef MEMAGENT_SITES_H
#define MEMAGENT_SITES_H
/*
 * sites: samples allocations, and notes the stack that made each sampled object.
 *
 * The addition that counts the requested bytes carries when a sample is due (counters.h).  The
 * caller then calls sites_begin and sites_end.  A resize counts as a free and an allocation, as in
 * the totals of bytes; only its age goes on, if the object was sampled before.
 *
 * free must recognise a sampled object at no cost.  So with glibc's malloc and the jemalloc inside
 * the caller moves it to an aligned address, and free tests the low bits of the address first
 * (sites_may_have).  Objects with a mapping of their own are not moved, because the slow twin
 * of free handles them anyway.  Nothing is moved in other allocators: they may have sized deletes.
 *
 * Layer    shim; needs counters, next, threads and shim/sites.
 * Threads  any.
 * Memory   fixed tables, mapped at the first sample.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/cc.h"
#include "shim/sites/live.h"
#include "shim/sites/walk.h"

/*
 * Alignment of sampled objects: few other objects begin at a page. glibc splits off the excess.
 * jemalloc rounds the size up, so the library with jemalloc takes fewer samples.
 */
#define SITES_ALIGNMENT 4096
#define SITES_LEAST_MEAN ((uint64_t)64 << 10)
#define SITES_LEAST_MEAN_JEMALLOC ((uint64_t)256 << 10)

/* Whether a move must keep an object's contents. */
enum sites_contents { ANY_CONTENTS, SAME_CONTENTS };

#define SITES_NOW 0 /* for born_s: the object is made now */

/* A sample that is being taken. */
struct sites_sample {
	uint32_t born_s;  /* set by the caller: when the object was made (live.h) */
	uint64_t mean;	  /* that its gap was drawn with */
	uint64_t started; /* CPU time of the thread, or 0 if it is not timed */
	int saved_errno;
};

/*
 * sites_begin(sample, size):
 * Draw a new gap.  Return whether to sample the object of ${size} requested bytes, which is counted
 * already; then call sites_end.  Both leave errno alone.
 */
bool sites_begin(struct sites_sample *sample, size_t size) INTERNAL;

/*
 * sites_end(sample, p, size, before):
 * Record the object, which is at ${p} now and had ${before} usable bytes where it was made.  ${p}
 * is NULL if it could not be moved: then the sample is counted as dropped.
 */
void sites_end(const struct sites_sample *sample, void *p, size_t size, size_t before) INTERNAL;

/* The sample that is due cannot be taken: draw a new gap. */
void sites_skip(void) INTERNAL;

/*
 * sites_may_have(p):
 * Return false if ${p}, which the fast path is to free or resize, is surely not sampled.
 */
INLINE bool sites_may_have(const void *p)
{
	return UNLIKELY(((uintptr_t)p & (SITES_ALIGNMENT - 1)) == 0) && live_may_have(p);
}

/*
 * sites_forget(p):
 * ${p} is about to be freed or resized: remove its sample, if it has one.
 */
void sites_forget(const void *p) INTERNAL;

/*
 * sites_resized(sample, success):
 * live_remove removed ${sample} before a resize. Drop it if the resize was a ${success}; otherwise
 * insert it again.
 */
void sites_resized(const struct live_sample *sample, bool success) INTERNAL;

/* For the agent. */

struct sites_stats {
	uint64_t mean;		       /* bytes */
	uint64_t least_mean;	       /* with a smaller one, samples would take too much memory */
	uint64_t sampled;	       /* objects */
	uint64_t dropped;	       /* samples that could not be kept */
	uint64_t truncated[WALK_ENDS]; /* stacks that are not whole, by cause */
	uint64_t
	    sample_ns; /* estimate of the CPU time that all samples took in the program's threads */
};
void sites_stats(struct sites_stats *stats);

/*
 * sites_set_mean(mean):
 * Draw gaps with the mean ${mean}, in bytes, from now on; with 0, take no samples.
 */
void sites_set_mean(uint64_t mean);

/* Note that it is ${now_s}, in seconds (monotonic), for the ages of new samples. */
void sites_set_time(uint32_t now_s);

/* In a forked child, while it has one thread. */
void sites_after_fork(void);

#endif
