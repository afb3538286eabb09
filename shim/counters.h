#ifndef MEMAGENT_COUNTERS_H
#define MEMAGENT_COUNTERS_H
/*
 * counters: one thread's tallies, and how to add to them.
 *
 * Layer    shim, leaf.
 * Threads  a block has one writer, its thread; anybody may read it at any time.
 * Memory   never allocates.
 */
#include <stddef.h>
#include <stdint.h>

#include "shim/cc.h"

#define COUNTERS_SIZES 64

struct counters {
#define COUNTER(id, unit, doc) uint64_t id;
#include "shim/counters.def"
#undef COUNTER
	uint64_t sizes[COUNTERS_SIZES]; /* objects made, by requested size (counters_bucket) */
};

/*
 * Whose block is added to: the calling thread's own, or one that several threads write to.  Always
 * a constant, so that either way is compiled without a test.
 */
enum counters_owner { OWN, SHARED };

/*
 * counter_add(counter, n, owner):
 * Add ${n} to ${counter}.
 *
 * To one's own block there is no lock prefix and no shared cache line, yet it is one instruction:
 * what a signal handler counts between a load and its store would otherwise be lost.  On x86-64 a
 * plain add is atomic towards the thread's own handlers, and its store is a release (total store
 * order).
 */
/* NOLINTNEXTLINE(readability-non-const-parameter): it is written, by the instruction */
INLINE void counter_add(uint64_t *counter, uint64_t n, enum counters_owner owner)
{
	if (owner == SHARED) {
		__atomic_fetch_add(counter, n, __ATOMIC_RELEASE);
		return;
	}
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
	__asm__("addq %1, %0" : "+m"(*counter) : "er"(n));
#else
	/* Release, for the order that counters_sum_* rely on. */
	__atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + n, __ATOMIC_RELEASE);
#endif
}

/*
 * counters_bucket(size):
 * Return the index in sizes[] for a requested ${size}; agent/sizes.def names them.
 */
INLINE unsigned counters_bucket(size_t size)
{
	return 63U - (unsigned)__builtin_clzll((size - 1) | 1);
}

/*
 * One object of ${size} requested bytes was made; what of that is usable, the allocator counts
 * itself (threads_use_bytes).
 */
INLINE void counters_made_unsized(struct counters *c, size_t size, enum counters_owner owner)
{
	counter_add(&c->sizes[counters_bucket(size)], 1, owner);
	counter_add(&c->requested_bytes, size, owner);
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

/* One object went from ${before} usable bytes to ${after}, for a request of ${size}. */
INLINE void counters_resized(struct counters *c, size_t before, size_t size, size_t after,
			     enum counters_owner owner)
{
	counter_add(&c->reallocs, 1, owner);
	counter_add(&c->requested_bytes, size, owner);
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
 * Add the block ${c} to ${sum}.  A reader of many blocks sums the frees of all of them first, and
 * the rest after: an object is counted when it is made before anybody can free it, so that no sum
 * ever has more frees than objects made, nor more bytes freed than allocated.
 */
void counters_sum_frees(struct counters *sum, const struct counters *c);
void counters_sum_rest(struct counters *sum, const struct counters *c);

/* Return the objects made, by the sum over the buckets. */
uint64_t counters_mallocs(const struct counters *c);

#endif
