#ifndef MEMAGENT_COUNTERS_H
#define MEMAGENT_COUNTERS_H
/*
 * counters: the counters of one thread, and how to add to them.
 *
 * Layer    shim, leaf.
 * Threads  only its thread writes to a block; any thread may read it at any time.
 * Memory   never allocates.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/cc.h"

#define COUNTERS_SIZES 64

/*
 * The requested bytes of a thread's block count down to the next sample: requested_bytes starts
 * below zero, so the addition that reaches zero carries.  The bytes requested are requested_bytes
 * plus a base.  ${step} tells which base is valid, so that a reader never mixes old and new:
 *
 *   even   base[step / 2 % 2]
 *   odd    that one until requested_bytes is below zero, then the other (counters_rearm)
 */
struct countdown {
	uint64_t base[2];
	uint32_t step;
	/* For shim/sites only. */
	uint64_t mean;	 /* mean gap that the current gap was drawn with; 0: none drawn yet */
	uint64_t random; /* state of the generator */
};

/* While a sample is moved, the totals of bytes as they were before (threads_freeze). */
struct frozen {
	uint64_t alloc_bytes;
	uint64_t freed_bytes;
	uint32_t step; /* odd while they are valid */
};

/* The single counters come first, so that an offset of one byte reaches them. */
struct counters {
#define COUNTER(id, phase, field) uint64_t id;
#include "shim/counters.def"
#undef COUNTER
	/*
	 * Objects made, by requested size.  The index is counters_slot in a thread's block and
	 * counters_bucket in a sum.
	 */
	uint64_t sizes[COUNTERS_SIZES];
	struct countdown countdown;
	struct frozen frozen;
};

/*
 * OWN: the calling thread's own block.  SHARED: a block that several threads write to.  It is
 * always a constant, so the compiler emits no test.
 */
enum counters_owner { OWN, SHARED };

/*
 * counter_add(counter, n, owner):
 * Add ${n} to ${counter}.
 *
 * In the thread's own block the addition has no lock prefix, but a signal handler of that thread
 * may count at any time (arch_add).
 */
INLINE void counter_add(uint64_t *counter, uint64_t n, enum counters_owner owner)
{
	if (owner == SHARED)
		__atomic_fetch_add(counter, n, __ATOMIC_RELEASE);
	else
		arch_add(counter, n);
}

/*
 * counter_add_carries(counter, n, owner):
 * As counter_add.  Return whether the thread's own ${counter} has passed zero.
 */
INLINE bool counter_add_carries(uint64_t *counter, uint64_t n, enum counters_owner owner)
{
	if (owner == OWN)
		return arch_add_carries(counter, n);
	counter_add(counter, n, owner);
	return false;
}

/*
 * counters_slot(size):
 * Return the index in sizes[] of a thread's block for a requested ${size}.  It takes one
 * instruction, which numbers the slots as the processor likes; see counters_bucket.
 */
INLINE size_t counters_slot(size_t size)
{
	return arch_leading_zeros(2 * size - 1);
}

/*
 * counters_bucket(slot):
 * Return the bucket of ${slot}, or the slot of a bucket.  Bucket k counts sizes above 2^(k-1) and
 * up to 2^k; the last one also counts size 0.  agent/encode/sizes.def names them.
 */
INLINE size_t counters_bucket(size_t slot)
{
	return slot ^ counters_slot(1);
}

/*
 * Count an object of ${size} requested bytes; the allocator counts the usable bytes itself
 * (threads_use_bytes).  Return whether the object is to be sampled (shim/sites/sites.h).
 */
INLINE bool counters_made_unsized(struct counters *c, size_t size, enum counters_owner owner)
{
	counter_add(&c->sizes[counters_slot(size)], 1, owner);
	return counter_add_carries(&c->requested_bytes, size, owner);
}

/* Undo counters_made_unsized, because the allocation failed. */
INLINE void counters_unmade(struct counters *c, size_t size, enum counters_owner owner)
{
	counter_add(&c->sizes[counters_slot(size)], (uint64_t)-1, owner);
	counter_add(&c->requested_bytes, -(uint64_t)size, owner);
}

/*
 * Count an object of ${size} requested and ${usable} usable bytes.  Return whether it is to be
 * sampled.
 */
INLINE bool counters_made(struct counters *c, size_t size, size_t usable, enum counters_owner owner)
{
	counter_add(&c->alloc_bytes, usable, owner);
	return counters_made_unsized(c, size, owner);
}

/* Count that an object of ${usable} usable bytes is about to be freed. */
INLINE void counters_freed(struct counters *c, size_t usable, enum counters_owner owner)
{
	counter_add(&c->frees, 1, owner);
	counter_add(&c->freed_bytes, usable, owner);
}

/*
 * Count a resize to ${size} requested bytes; the allocator counts the usable bytes itself.  Return
 * whether the resized object is to be sampled.
 */
INLINE bool counters_resized_unsized(struct counters *c, size_t size, enum counters_owner owner)
{
	counter_add(&c->reallocs, 1, owner);
	return counter_add_carries(&c->requested_bytes, size, owner);
}

/*
 * Count a resize from ${before} to ${after} usable bytes, for a request of ${size}.  Return whether
 * the resized object is to be sampled.
 */
INLINE bool counters_resized(struct counters *c, size_t before, size_t size, size_t after,
			     enum counters_owner owner)
{
	counter_add(&c->alloc_bytes, after, owner);
	counter_add(&c->freed_bytes, before, owner);
	return counters_resized_unsized(c, size, owner);
}

/* Count a call that returned no memory. */
INLINE void counters_failed(struct counters *c, enum counters_owner owner)
{
	counter_add(&c->failed_allocs, 1, owner);
}

/*
 * counters_sum_frees(sum, c), counters_sum_rest(sum, c):
 * Add the block ${c} to ${sum}.  First add the frees of all blocks, then the rest of all blocks. An
 * object is counted as made before any thread can free it, so no sum has more frees than objects,
 * or more bytes freed than allocated.
 */
void counters_sum_frees(struct counters *sum, const struct counters *c);
void counters_sum_rest(struct counters *sum, const struct counters *c);

/*
 * counters_arm(c):
 * For a new block: let its first requested byte carry, so that the first gap is drawn then.
 */
void counters_arm(struct counters *c);

/*
 * counters_rearm(c, gap):
 * After a carry, in the thread of the block ${c}: carry again after ${gap} more requested bytes.
 * ${gap} is from 1 to COUNTERS_LONGEST.  A signal handler of the thread may do the same at any
 * moment.
 */
#define COUNTERS_LONGEST ((uint64_t)1 << 62)
void counters_rearm(struct counters *c, uint64_t gap);

/* Return the bytes requested in the block ${c}.  Any thread. */
uint64_t counters_requested(const struct counters *c);

/* Return how many objects were made: the sum over the buckets. */
uint64_t counters_mallocs(const struct counters *c);

#endif
