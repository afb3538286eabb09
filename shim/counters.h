#ifndef MEMAGENT_COUNTERS_H
#define MEMAGENT_COUNTERS_H
/*
 * counters: one thread's counters, and how to add to them.
 *
 * Layer    shim, leaf.
 * Threads  a block has one writer, its thread; anybody may read it at any time.
 * Memory   never allocates.
 */
#include <stddef.h>
#include <stdint.h>

#include "shim/cc.h"

#define COUNTERS_SIZES 64

/* The single counters come first, where an offset of one byte reaches them. */
struct counters {
#define COUNTER(id, phase, unit, doc) uint64_t id;
#include "shim/counters.def"
#undef COUNTER
	/*
	 * Objects made, by requested size: in a thread's block at counters_slot, in a sum at
	 * counters_bucket.
	 */
	uint64_t sizes[COUNTERS_SIZES];
};

/*
 * Whose block it is: the calling thread's own, or one that several threads write to.  Always a
 * constant, so that neither way has a test.
 */
enum counters_owner { OWN, SHARED };

/*
 * counter_add(counter, n, owner):
 * Add ${n} to ${counter}.
 *
 * For the thread's own block there is no lock prefix, and still no signal handler's count is lost
 * (arch_add).
 */
INLINE void counter_add(uint64_t *counter, uint64_t n, enum counters_owner owner)
{
	if (owner == SHARED)
		__atomic_fetch_add(counter, n, __ATOMIC_RELEASE);
	else
		arch_add(counter, n);
}

/*
 * counters_slot(size):
 * Return the index in sizes[] of a thread's block for a requested ${size}.  It takes one
 * instruction, whose numbering depends on the processor; counters_bucket undoes that.
 */
INLINE size_t counters_slot(size_t size)
{
	return arch_leading_zeros(2 * size - 1);
}

/*
 * counters_bucket(slot):
 * Return the bucket that is counted at ${slot}, and vice versa.  Bucket k is of sizes above
 * 2^(k-1) and up to 2^k, the last one also of size 0; agent/encode/sizes.def names them.
 */
INLINE size_t counters_bucket(size_t slot)
{
	return slot ^ counters_slot(1);
}

/*
 * One object of ${size} requested bytes was made; the allocator itself counts the usable bytes
 * (threads_use_bytes).
 */
INLINE void counters_made_unsized(struct counters *c, size_t size, enum counters_owner owner)
{
	counter_add(&c->sizes[counters_slot(size)], 1, owner);
	counter_add(&c->requested_bytes, size, owner);
}

/* Undo counters_made_unsized: there was no memory. */
INLINE void counters_unmade(struct counters *c, size_t size, enum counters_owner owner)
{
	counter_add(&c->sizes[counters_slot(size)], (uint64_t)-1, owner);
	counter_add(&c->requested_bytes, -(uint64_t)size, owner);
}

/* One object of ${size} requested and ${usable} usable bytes was made. */
INLINE void counters_made(struct counters *c, size_t size, size_t usable, enum counters_owner owner)
{
	counters_made_unsized(c, size, owner);
	counter_add(&c->alloc_bytes, usable, owner);
}

/* One object of ${usable} usable bytes is about to be freed. */
INLINE void counters_freed(struct counters *c, size_t usable, enum counters_owner owner)
{
	counter_add(&c->frees, 1, owner);
	counter_add(&c->freed_bytes, usable, owner);
}

/* One object was resized for a request of ${size}; the allocator itself counts usable bytes. */
INLINE void counters_resized_unsized(struct counters *c, size_t size, enum counters_owner owner)
{
	counter_add(&c->reallocs, 1, owner);
	counter_add(&c->requested_bytes, size, owner);
}

/* One object went from ${before} usable bytes to ${after}, for a request of ${size}. */
INLINE void counters_resized(struct counters *c, size_t before, size_t size, size_t after,
			     enum counters_owner owner)
{
	counters_resized_unsized(c, size, owner);
	counter_add(&c->alloc_bytes, after, owner);
	counter_add(&c->freed_bytes, before, owner);
}

/* A call returned no memory. */
INLINE void counters_failed(struct counters *c, enum counters_owner owner)
{
	counter_add(&c->failed_allocs, 1, owner);
}

/*
 * counters_sum_frees(sum, c), counters_sum_rest(sum, c):
 * Add the block ${c} to ${sum}.  A reader of many blocks adds the frees of all of them first, and
 * then the rest.  An object is counted as made before anybody can free it, so no sum ever has more
 * frees than objects made, or more bytes freed than allocated.
 */
void counters_sum_frees(struct counters *sum, const struct counters *c);
void counters_sum_rest(struct counters *sum, const struct counters *c);

/* Return how many objects were made: the sum over the buckets. */
uint64_t counters_mallocs(const struct counters *c);

#endif
