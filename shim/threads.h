#ifndef MEMAGENT_THREADS_H
#define MEMAGENT_THREADS_H
/*
 * threads: gives each thread a block of counters, and sums the blocks.
 *
 * When a thread ends, its block goes to the next new thread, which adds to the same counters.
 * Nothing is reset or moved, so the sum over all blocks is the sum over all threads that ever were.
 * There are as many blocks as there were threads at once.  They are never unmapped, so a reader
 * needs no lock.
 *
 * The agent's threads are muted: they count in blocks of another kind.
 *
 * Layer    shim; needs counters.h.
 * Threads  any.  The lists have no locks, so a fork cannot copy a held one.
 * Memory   anonymous mappings, never malloc.  Without memory, threads share one block.
 */
#include <stdbool.h>

#include "shim/cc.h"
#include "shim/counters.h"

enum threads_kind { THREADS_APP = 1, THREADS_AGENT = 2 };

/* The calling thread's data; one variable, so that its address is computed once. */
struct threads_own {
	/*
	 * The thread's block if sizes may be read from the chunk header (next.h), else NULL.  So
	 * one test shows whether the fast path can be taken.
	 */
	struct counters *fast;
	/* The thread's block, or NULL before threads_claim(). */
	struct counters *self;
	/*
	 * 2 * n - 1 for the largest size n that is counted before the object is made
	 * (threads_precount); 0 if the thread has no block.  Size 0 wraps to a larger number, and
	 * so is never counted before.
	 */
	size_t precount;
	/* The size that was last counted so, or 0 (jemalloc/precount.h). */
	size_t asked;
};

extern THREAD_LOCAL struct threads_own threads_own INTERNAL;

/*
 * threads_both(c, p):
 * Return true if both the calling thread's block ${c} and the object ${p} exist.  Instead of two
 * tests it is one, whether the addresses have a bit in common.  If the heap is at low addresses,
 * they may have none.  So the slow twin must handle a valid ${c} and ${p} too.
 */
INLINE bool threads_both(const struct counters *c, const void *p)
{
	if (((uintptr_t)c & (uintptr_t)p) == 0)
		return false;
	if (c == NULL || p == NULL)
		__builtin_unreachable(); /* for static analysers */
	return true;
}

/*
 * threads_init(fast):
 * Call before the first claim.  ${fast}: whether sizes may be read from the chunk header.
 */
void threads_init(bool fast);

/*
 * threads_precount(largest):
 * Call before threads_init: objects of up to ${largest} bytes are counted before they are made
 * (jemalloc/precount.h).
 */
void threads_precount(size_t largest);

/*
 * threads_use_bytes(allocated, freed):
 * Call before threads_init, if the allocator counts each thread's usable bytes itself.  The
 * arguments are the calling thread's counters; other threads have theirs at the same offset in
 * their storage. From then on a block's alloc_bytes and freed_bytes lack its thread's bytes, which
 * threads_sum adds. Only those of threads_shared may be added to.
 */
void threads_use_bytes(const uint64_t *allocated, const uint64_t *freed);

/*
 * threads_claim():
 * Give the calling thread a block until it ends, and return the block.  Return NULL before
 * threads_init, when the thread is ending, or without memory: then count in the block of
 * threads_shared, as SHARED.  Leaves errno alone.
 */
struct counters *threads_claim(void);
struct counters *threads_shared(void);

/*
 * threads_settle():
 * With threads_use_bytes, for a thread without a block: move the bytes that the allocator has
 * counted for it since the last call to the block of threads_shared.
 */
void threads_settle(void);

/*
 * threads_freeze(), threads_thaw():
 * Between these calls, readers see the totals of bytes of the calling thread, which has a block, as
 * they were at the first.  An object can be moved meanwhile without a total that goes back.
 * threads_freeze returns false, and does nothing, in a signal handler that interrupted such a move.
 */
bool threads_freeze(void);
void threads_thaw(void);

/*
 * threads_mute():
 * From now on the calling thread counts as the agent's.  Return the argument for threads_unmute,
 * which ends this.  Leaves errno alone.
 */
uint32_t threads_mute(void);
void threads_unmute(uint32_t before);

/* Mute a new thread until it ends. */
void threads_mute_for_good(void);

/* Return whether the calling thread is muted. */
bool threads_muted(void);

/*
 * threads_after_fork():
 * In a forked child, while it has one thread: release the blocks of the parent's other threads.
 * Their counts stay, because the child has inherited their objects.
 */
void threads_after_fork(void);

/*
 * threads_unlock():
 * In a copy of the process that gets no agent: release what other threads held.  May interrupt any
 * function here.
 */
void threads_unlock(void);

/*
 * threads_sum(app, agent):
 * Sum all blocks of the program's threads in ${app}, and of the agent's in ${agent}.  Any thread.
 */
void threads_sum(struct counters *app, struct counters *agent);

#endif
