#ifndef MEMAGENT_PRECOUNT_H
#define MEMAGENT_PRECOUNT_H
/*
 * precount: small objects are counted before they are made, so that nothing is left to do after it
 * and malloc and calloc end in a jump into the jemalloc inside.  Where there was no memory it is
 * taken back.
 *
 * Of that jemalloc tells: it asks for errno's place where an allocation has failed, and nowhere
 * else where a thread has a block.  The part of it that does so asks us instead (embedded.a, in the
 * Makefile).
 *
 * Layer    shim; needs next.h, threads.h.
 * Threads  any; each for itself.
 * Memory   never allocates.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/cc.h"
#include "shim/counters.h"
#include "shim/next.h"
#include "shim/threads.h"

/*
 * The largest size that is counted before they are made: larger objects do not come out of a
 * thread's cache without much ado, and until it has failed a request is in the counts.
 */
#define PRECOUNT_LARGEST 4096

/*
 * precount_try(size):
 * Count an object of ${size} bytes that is about to be made, and return true; or return false, and
 * it is to be made with CHECKED and counted then.  An object of no bytes never is.
 *
 * What is compared is also what counters_slot starts from, and there is no test for a block: every
 * instruction here is in malloc.
 */
INLINE bool precount_try(size_t size)
{
	if (UNLIKELY(2 * size - 1 > threads_own.precount))
		return false;
	counters_made_unsized(threads_own.self, size, OWN);
	threads_own.asked = size;
	return true;
}

/*
 * CHECKED(call): call into jemalloc and look oneself at what it returns: nothing is taken back. The
 * first call of all is not the program's, but next_resolve's.
 */
#define CHECKED(call) (precount_skip(), (call))
INLINE void precount_skip(void)
{
	threads_own.asked = 0;
	if (UNLIKELY(threads_own.self == NULL))
		next_resolve();
}

/* Return whether jemalloc tells when an allocation fails. */
bool precount_works(void);

#endif
