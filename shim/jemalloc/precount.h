#ifndef MEMAGENT_PRECOUNT_H
#define MEMAGENT_PRECOUNT_H
/*
 * precount: counts small objects before they are made.  malloc and calloc then end in a jump into
 * the jemalloc inside.  If the allocation fails, the count is undone.
 *
 * On failure jemalloc calls __errno_location() to set errno.  In the embedded copy that call goes
 * to embedded_errno instead (embedded.a, in the Makefile), which undoes the count.
 *
 * Layer    shim; needs next.h, threads.h.
 * Threads  any; each has its own data.
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
 * The largest size that is counted before.  A larger allocation takes longer, and until it fails, a
 * reader sees an object too many.
 */
#define PRECOUNT_LARGEST 4096

/*
 * precount_try(size):
 * Count an object of ${size} bytes that is about to be made, and return COUNTED, or COUNTED_SAMPLE
 * if it is to be sampled.  After NOT_COUNTED, as for size 0, the caller must use CHECKED and count
 * afterwards.
 *
 * Each instruction here is part of malloc.  So the comparison uses the number that counters_slot
 * also needs, and covers the test for a block.
 */
enum precount { NOT_COUNTED, COUNTED, COUNTED_SAMPLE };
INLINE enum precount precount_try(size_t size)
{
	bool is_due;

	if (UNLIKELY(2 * size - 1 > threads_own.precount))
		return NOT_COUNTED;
	is_due = counters_made_unsized(threads_own.self, size, OWN);
	threads_own.asked = size;
	return UNLIKELY(is_due) ? COUNTED_SAMPLE : COUNTED;
}

/*
 * CHECKED(call):
 * Call jemalloc when the caller itself checks the result, so that embedded_errno undoes no count.
 * Run next_resolve first, so that the process's first call of jemalloc is made there.
 */
#define CHECKED(call) (precount_skip(), (call))
INLINE void precount_skip(void)
{
	threads_own.asked = 0;
	if (UNLIKELY(threads_own.self == NULL))
		next_resolve();
}

/* Return whether jemalloc calls embedded_errno when an allocation fails. */
bool precount_works(void);

#endif
