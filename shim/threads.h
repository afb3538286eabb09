#ifndef MEMAGENT_THREADS_H
#define MEMAGENT_THREADS_H
/*
 * threads: gives every thread its block of counters, and adds the blocks up.
 *
 * A block goes from thread to thread, and each goes on counting where the one before it stopped.
 * So nothing is ever folded or reset: what a thread counted stays where it is when the thread ends,
 * and the sum over all blocks is the sum over all threads that ever were.  There are as many blocks
 * as there were threads at once; they are never given back, so that a reader needs no lock.
 *
 * The agent's own threads are muted: they count in blocks of their own kind.
 *
 * Layer    shim; needs counters.h.
 * Threads  any; without locks, so that a fork can leave none behind.
 * Memory   anonymous mappings, never malloc; without memory threads share one block.
 */
#include <stdbool.h>

#include "shim/cc.h"
#include "shim/counters.h"

enum threads_kind { THREADS_APP = 1, THREADS_AGENT = 2 };

/* What the calling thread counts with; one variable, so that its place is looked up once. */
struct threads_own {
	/*
	 * The thread's block while sizes may be read from the chunk header (next.h), else NULL.
	 * One test of it so answers "has a block?" and "which way?" at once.
	 */
	struct counters *fast;
	/* The thread's block, or NULL when it has none: then threads_claim(). */
	struct counters *self;
	/*
	 * While the thread has a block, 2 * n - 1 for the largest size n that is counted before the
	 * object is made (threads_precount); else 0.  For size 0 that is more than there can be.
	 */
	size_t precount;
	/* The size counted so, or 0; kept by who does it (jemalloc/precount.h). */
	size_t asked;
};

extern THREAD_LOCAL struct threads_own threads_own INTERNAL;

/*
 * threads_both(c, p):
 * Return whether there are both, the calling thread's block ${c} and an object ${p}.  It is one
 * test where there were two: addresses have bits in common.  Seldom two have none, in a program
 * whose heap is at low addresses; then this says no, and the slow twin that is taken must do the
 * same as the fast one.
 */
INLINE bool threads_both(const struct counters *c, const void *p)
{
	if (((uintptr_t)c & (uintptr_t)p) == 0)
		return false;
	if (c == NULL || p == NULL)
		__builtin_unreachable(); /* told to who checks the code for NULL */
	return true;
}

/*
 * threads_init(fast):
 * Before the first claim.  ${fast}: whether sizes may be read from the chunk header.
 */
void threads_init(bool fast);

/*
 * threads_precount(largest):
 * Before threads_init: objects of up to ${largest} bytes may be counted before they are made
 * (jemalloc/precount.h).
 */
void threads_precount(size_t largest);

/*
 * threads_use_bytes(allocated, freed):
 * Before threads_init: the allocator counts a thread's usable bytes itself, here for the calling
 * thread, and for every other at the same place in its storage.  From then on alloc_bytes and
 * freed_bytes of a block lack what the counters of the thread that has it say (threads_sum knows),
 * and are not to be added to; only those of threads_shared are.
 */
void threads_use_bytes(const uint64_t *allocated, const uint64_t *freed);

/*
 * threads_claim():
 * Give the calling thread a block, for as long as it lives, and return it.  Return NULL when it
 * cannot have one now (threads_init is still to come, the thread is about to end, or there is no
 * memory): then it counts in the block of threads_shared, as SHARED.  Leaves errno alone.
 */
struct counters *threads_claim(void);
struct counters *threads_shared(void);

/*
 * threads_settle():
 * With threads_use_bytes: add to the block of threads_shared what the allocator has counted for the
 * calling thread, which has no block, since this was called last.
 */
void threads_settle(void);

/*
 * threads_mute():
 * From here on the calling thread counts as the agent's.  Return what threads_unmute takes to undo
 * it.  Leaves errno alone.
 */
uint32_t threads_mute(void);
void threads_unmute(uint32_t before);

/* The same for a new thread, until it ends; its block is given back then. */
void threads_mute_for_good(void);

/* Return whether the calling thread is muted. */
bool threads_muted(void);

/*
 * threads_after_fork():
 * In the child of a fork, while it has one thread: the blocks of the threads that did not come
 * along are free for new ones.  (What they counted stays: the child has inherited their heap.)
 */
void threads_after_fork(void);

/*
 * threads_sum(app, agent):
 * Add up all blocks of the program's threads in ${app}, of the agent's in ${agent}.  Any thread.
 */
void threads_sum(struct counters *app, struct counters *agent);

#endif
