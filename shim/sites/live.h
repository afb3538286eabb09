#ifndef MEMAGENT_LIVE_H
#define MEMAGENT_LIVE_H
/*
 * live: the table of sampled objects that are not freed yet, by address.
 *
 * Every free asks live_may_have, which reads one byte.  The byte counts the entries of a bucket, so
 * it is never 0 for an object in the table.
 *
 * Layer    shim, leaf.
 * Threads  any, without locks.  An object is inserted before its allocation returns, and removed
 *          before it is freed, so no two threads handle the same address at once.
 * Memory   one mapping, made by live_open, and the counts.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/cc.h"

#define LIVE_BITS 13
#define LIVE_BUCKETS (1U << LIVE_BITS)
#define LIVE_WAYS 4
#define LIVE_SLOTS ((size_t)LIVE_BUCKETS * LIVE_WAYS)

struct live_sample {
	uintptr_t address;
	uint32_t stack;	 /* index (stacks.h) */
	uint32_t born_s; /* when it was made, in seconds of sites_set_time */
	uint64_t bytes;	 /* usable bytes that it represents */
	uint64_t weight; /* fixed point (exponential.h) */
};

extern uint8_t live_counts[LIVE_BUCKETS] INTERNAL;

/* Samples are far apart, so the low bits do not matter. */
INLINE size_t live_bucket(uintptr_t address)
{
	return (uint32_t)(address >> 9) * UINT32_C(0x9e3779b1) >> (32 - LIVE_BITS);
}

/* Return false if the object ${p} is surely not in the table. */
INLINE bool live_may_have(const void *p)
{
	return __atomic_load_n(&live_counts[live_bucket((uintptr_t)p)], __ATOMIC_RELAXED) != 0;
}

/* Map the table, once.  Return whether there is one. */
bool live_open(void);

/* Insert ${sample}.  Return false if there is no room. */
bool live_insert(const struct live_sample *sample);

/* Remove the entry of ${p} and copy it to ${sample}.  Return false if there is none. */
bool live_remove(const void *p, struct live_sample *sample);

/*
 * live_next(slot, sample):
 * Copy the next entry, from ${*slot} on, to ${sample}, and set ${*slot} behind it.  Return false if
 * there is none.  One that is being changed is left out.  The first slot is 0.
 */
bool live_next(size_t *slot, struct live_sample *sample);

#endif
