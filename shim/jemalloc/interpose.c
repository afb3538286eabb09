/*
 * interpose, of libmemagent-jemalloc.so: wraps the C allocation functions and jemalloc's own,
 * counts their calls and passes them on to the jemalloc inside.
 *
 * jemalloc counts the usable bytes itself, in the thread's storage (threads_use_bytes).  A thread
 * without a block counts in the shared one, and moves its bytes there after each call.  Sizes are
 * not asked for: jemalloc would create a cache for a thread that is about to end.
 */
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shim/cc.h"
#include "shim/counters.h"
#include "shim/interpose.h"
#include "shim/jemalloc/precount.h"
#include "shim/jemalloc/embedded.h"
#include "shim/next.h"
#include "shim/sites/sites.h"
#include "shim/threads.h"

/* libc's headers declare the other functions. */
EXPORT void cfree(void *p);
EXPORT void free_sized(void *p, size_t size);
EXPORT void free_aligned_sized(void *p, size_t alignment, size_t size);
EXPORT void *mallocx(size_t size, int flags);
EXPORT void *rallocx(void *p, size_t size, int flags);
EXPORT size_t xallocx(void *p, size_t size, size_t extra, int flags);
EXPORT void dallocx(void *p, int flags);
EXPORT void sdallocx(void *p, size_t size, int flags);

static struct counters *own_block(void)
{
	struct counters *c = threads_own.self;

	if (LIKELY(c != NULL))
		return c;
	next_resolve();
	return threads_own.self ? threads_own.self : threads_claim();
}

/* The base-2 logarithm of the alignment is in these bits of the flags of mallocx. */
#define ALIGNMENT_FLAGS 0x3f
#define SAMPLE_FLAGS 12 /* of SITES_ALIGNMENT */
#define ZERO_FLAG 0x40

/* The same flags with the alignment of a sample at least.  0 is no alignment. */
static int aligned(int flags)
{
	if ((flags & ALIGNMENT_FLAGS) >= SAMPLE_FLAGS)
		return flags;
	return (flags & ~ALIGNMENT_FLAGS) | SAMPLE_FLAGS;
}

#define COPIED 4096

/*
 * Copy ${size} bytes to where all are 0.  What is 0 is not written: a large object that realloc has
 * just extended has pages that nobody has touched.
 */
static void copy_to_zeros(char *to, const char *from, size_t size)
{
	for (size_t at = 0; at < size; at += COPIED) {
		size_t n = size - at < COPIED ? size - at : COPIED;

		if (from[at] || memcmp(from + at, from + at + 1, n - 1) != 0)
			memcpy(to + at, from + at, n);
	}
}

/* Return a copy of ${p} at an aligned address in the same arena, or NULL; then ${p} stays. */
static void *moved(void *p, size_t size, int flags, enum sites_contents contents)
{
	size_t before = embedded_sallocx(p, flags);
	struct counters *c = threads_own.self;
	void *q;

	if (!threads_freeze())
		return NULL;
	if (contents == SAME_CONTENTS)
		flags |= ZERO_FLAG;
	q = CHECKED(embedded_mallocx(size, aligned(flags)));
	if (q) {
		if (contents == SAME_CONTENTS)
			copy_to_zeros(q, p, size);
		embedded_dallocx(p, flags);
		/* jemalloc has counted both objects, and the free. */
		counter_add(&c->freed_bytes, -(uint64_t)before, OWN);
		counter_add(&c->alloc_bytes, -(uint64_t)before, OWN);
	}
	threads_thaw();
	return q;
}

/*
 * Sample ${p}, which an allocation with ${flags} made at ${born_s} (sites.h); it stays in the arena
 * that they name.  Return the object for the program.
 */
static __attribute__((noinline)) void *sampled(void *p, size_t size, int flags,
					       enum sites_contents contents, uint32_t born_s)
{
	struct sites_sample sample = {.born_s = born_s};
	void *q = p;
	size_t before;

	if (!sites_begin(&sample, size))
		return p;
	before = embedded_sallocx(p, flags);
	if ((uintptr_t)p % SITES_ALIGNMENT)
		q = moved(p, size, flags, contents);
	sites_end(&sample, q, size, before);
	return q ? q : p;
}

__attribute__((noinline)) void *interpose_made(void *p, size_t size, enum sites_contents contents)
{
	struct counters *c = own_block();

	if (p && c) {
		if (counters_made_unsized(c, size, OWN))
			return sampled(p, size, 0, contents, SITES_NOW);
	} else if (p) {
		counters_made_unsized(threads_shared(), size, SHARED);
		threads_settle();
	} else if (c) {
		counters_failed(c, OWN);
	} else {
		counters_failed(threads_shared(), SHARED);
	}
	return p;
}

INLINE void *made(void *p, size_t size, enum sites_contents contents)
{
	struct counters *c = threads_own.self;

	if (UNLIKELY(!threads_both(c, p)))
		return interpose_made(p, size, contents);
	if (UNLIKELY(counters_made_unsized(c, size, OWN)))
		return sampled(p, size, 0, contents, SITES_NOW);
	return p;
}

/* Count that ${p} is about to be freed.  Return false if the caller must then call threads_settle.
 */
static __attribute__((noinline)) bool freed_slow(void *p)
{
	struct counters *c;

	if (p == NULL)
		return true;
	if (UNLIKELY(live_may_have(p)))
		sites_forget(p);
	c = own_block();
	if (c)
		counter_add(&c->frees, 1, OWN);
	else
		counter_add(&threads_shared()->frees, 1, SHARED);
	return c != NULL;
}

INLINE bool freed(void *p)
{
	struct counters *c = threads_own.self;

	if (UNLIKELY(!threads_both(c, p) || sites_may_have(p)))
		return freed_slow(p);
	counter_add(&c->frees, 1, OWN);
	return true;
}

void interpose_freed(void *p)
{
	freed_slow(p);
}

/* Count a resize for a request of ${size}.  Return whether the object is to be sampled. */
static bool resized(size_t size)
{
	struct counters *c = own_block();

	if (LIKELY(c != NULL))
		return counters_resized_unsized(c, size, OWN);
	counters_resized_unsized(threads_shared(), size, SHARED);
	threads_settle();
	return false;
}

/* For functions that set errno in libc, but not in jemalloc. */
static COLD void *no_memory(size_t size)
{
	errno = ENOMEM;
	return interpose_made(NULL, size, ANY_CONTENTS);
}

static __attribute__((noinline)) void *malloc_checked(size_t size)
{
	return made(CHECKED(embedded_malloc(size)), size, ANY_CONTENTS);
}

/* The object is counted, and to be sampled. */
static __attribute__((noinline)) void *malloc_sampled(size_t size)
{
	void *p = embedded_malloc(size);

	if (p)
		return sampled(p, size, 0, ANY_CONTENTS, SITES_NOW);
	sites_skip();
	return NULL;
}

EXPORT HOT void *malloc(size_t size)
{
	enum precount precount = precount_try(size);

	if (LIKELY(precount == COUNTED))
		return embedded_malloc(size);
	return precount == NOT_COUNTED ? malloc_checked(size) : malloc_sampled(size);
}

/*
 * As made, for an allocation with ${flags}.  A thread's first call may already be a sample, because
 * another thread had its block before.
 */
static void *made_with(void *p, size_t size, int flags)
{
	struct counters *c = own_block();

	if (UNLIKELY(p == NULL || c == NULL))
		return interpose_made(p, size, ANY_CONTENTS);
	if (UNLIKELY(counters_made_unsized(c, size, OWN)))
		return sampled(p, size, flags, ANY_CONTENTS, SITES_NOW);
	return p;
}

/*
 * If the product overflows, calloc fails and the size is not counted.  A large sample is made
 * again: to copy it would touch all its pages.
 */
static __attribute__((noinline)) void *calloc_checked(size_t count, size_t size)
{
	return made_with(CHECKED(embedded_calloc(count, size)), count * size, ZERO_FLAG);
}

static __attribute__((noinline)) void *calloc_sampled(size_t count, size_t size)
{
	void *p = embedded_calloc(count, size);

	if (p)
		return sampled(p, count * size, ZERO_FLAG, ANY_CONTENTS, SITES_NOW);
	sites_skip();
	return NULL;
}

EXPORT HOT void *calloc(size_t count, size_t size)
{
	enum precount precount = NOT_COUNTED;
	size_t total;

	if (LIKELY(!__builtin_mul_overflow(count, size, &total)))
		precount = precount_try(total);
	if (LIKELY(precount == COUNTED))
		return embedded_calloc(count, size);
	return precount == NOT_COUNTED ? calloc_checked(count, size) : calloc_sampled(count, size);
}

static __attribute__((noinline)) void free_slow(void *p)
{
	bool is_settled;

	if (p == NULL)
		return;
	is_settled = freed_slow(p);
	embedded_free(p);
	if (!is_settled)
		threads_settle();
}

EXPORT HOT void free(void *p)
{
	struct counters *c = threads_own.self;

	if (UNLIKELY(!threads_both(c, p) || sites_may_have(p))) {
		free_slow(p);
		return;
	}
	counter_add(&c->frees, 1, OWN);
	embedded_free(p);
}

/* Count a realloc to 0 bytes, which frees the object with MALLOC_CONF=zero_realloc:free. */
static COLD void resized_to_nothing(void)
{
	struct counters *c = own_block();

	if (c) {
		counter_add(&c->frees, 1, OWN);
		return;
	}
	counter_add(&threads_shared()->frees, 1, SHARED);
	threads_settle();
}

/* Count a resize of what was made at ${born_s}, with the result ${q}.  Return the object for the
 * program. */
static __attribute__((noinline)) void *reallocated(void *q, size_t size, uint32_t born_s)
{
	if (UNLIKELY(q == NULL && size == 0))
		resized_to_nothing();
	else if (UNLIKELY(q == NULL))
		no_memory(size);
	else if (resized(size))
		return sampled(q, size, 0, SAME_CONTENTS, born_s);
	return q;
}

static __attribute__((noinline)) void *realloc_slow(void *p, size_t size)
{
	struct live_sample sample = {.born_s = SITES_NOW};
	bool is_sampled;
	void *q;

	if (p == NULL)
		return made(CHECKED(embedded_realloc(NULL, size)), size, ANY_CONTENTS);
	is_sampled = live_remove(p, &sample);
	q = CHECKED(embedded_realloc(p, size));
	if (is_sampled)
		sites_resized(&sample, q != NULL || size == 0);
	return reallocated(q, size, sample.born_s);
}

EXPORT HOT void *realloc(void *p, size_t size)
{
	struct counters *c = threads_own.self;
	void *q;

	if (UNLIKELY(!threads_both(c, p) || sites_may_have(p)))
		return realloc_slow(p, size);
	q = CHECKED(embedded_realloc(p, size));
	if (UNLIKELY(!threads_both(c, q)))
		return reallocated(q, size, SITES_NOW);
	if (UNLIKELY(counters_resized_unsized(c, size, OWN)))
		return sampled(q, size, 0, SAME_CONTENTS, SITES_NOW);
	return q;
}

EXPORT void *reallocarray(void *p, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		return no_memory(0);
	return realloc(p, total);
}

EXPORT int posix_memalign(void **out, size_t alignment, size_t size)
{
	int error = CHECKED(embedded_posix_memalign(out, alignment, size));

	if (error)
		interpose_made(NULL, size, ANY_CONTENTS);
	else
		*out = made(*out, size, ANY_CONTENTS);
	return error;
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
	return made(CHECKED(embedded_aligned_alloc(alignment, size)), size, ANY_CONTENTS);
}

/* Round the alignment up to a power of two, as libc's memalign does. */
static size_t power_of_two(size_t alignment)
{
	size_t power = sizeof(void *);

	while (power && power < alignment)
		power *= 2;
	return power;
}

EXPORT void *memalign(size_t alignment, size_t size)
{
	void *p = CHECKED(embedded_memalign(power_of_two(alignment), size));

	return LIKELY(p != NULL) ? made(p, size, ANY_CONTENTS) : no_memory(size);
}

EXPORT void *valloc(size_t size)
{
	void *p = CHECKED(embedded_valloc(size));

	return LIKELY(p != NULL) ? made(p, size, ANY_CONTENTS) : no_memory(size);
}

/* Allocate whole pages.  jemalloc may lack this function. */
EXPORT void *pvalloc(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t whole;
	void *p = NULL;

	if (!__builtin_add_overflow(size, page - 1, &whole))
		p = CHECKED(embedded_memalign(page, whole < page ? page : whole & ~(page - 1)));
	return LIKELY(p != NULL) ? made(p, size, ANY_CONTENTS) : no_memory(size);
}

/* Ignore the size: jemalloc would trust it, and a wrong one would corrupt the heap. */
EXPORT void free_sized(void *p, size_t size)
{
	(void)size;
	free(p);
}

EXPORT void free_aligned_sized(void *p, size_t alignment, size_t size)
{
	(void)alignment;
	(void)size;
	free(p);
}

EXPORT void cfree(void *p)
{
	free(p);
}

EXPORT void *mallocx(size_t size, int flags)
{
	return made_with(CHECKED(embedded_mallocx(size, flags)), size, flags);
}

EXPORT void *rallocx(void *p, size_t size, int flags)
{
	struct live_sample sample = {.born_s = SITES_NOW};
	bool is_sampled = live_remove(p, &sample);
	void *q = CHECKED(embedded_rallocx(p, size, flags));

	if (is_sampled)
		sites_resized(&sample, q != NULL);
	if (q == NULL)
		return interpose_made(NULL, size, ANY_CONTENTS);
	return resized(size) ? sampled(q, size, flags, SAME_CONTENTS, sample.born_s) : q;
}

/*
 * xallocx resizes in place, or does nothing; then jemalloc counts no bytes either.  An object that
 * must not move cannot be sampled anew.
 */
EXPORT size_t xallocx(void *p, size_t size, size_t extra, int flags)
{
	size_t before = embedded_sallocx(p, flags);
	size_t after = embedded_xallocx(p, size, extra, flags);
	struct sites_sample sample = {.born_s = SITES_NOW};

	if (after == before)
		return after;
	sites_forget(p);
	if (resized(size) && sites_begin(&sample, size))
		sites_end(&sample, (uintptr_t)p % SITES_ALIGNMENT ? NULL : p, size, after);
	return after;
}

EXPORT void dallocx(void *p, int flags)
{
	bool is_settled = freed(p);

	embedded_dallocx(p, flags);
	if (UNLIKELY(!is_settled))
		threads_settle();
}

/*
 * An object at this alignment may be of another size class: it was moved for a sample, which may
 * not be in the table any more.
 */
EXPORT void sdallocx(void *p, size_t size, int flags)
{
	bool is_settled;

	if (UNLIKELY((uintptr_t)p % SITES_ALIGNMENT == 0)) {
		dallocx(p, flags);
		return;
	}
	is_settled = freed(p);
	embedded_sdallocx(p, size, flags);
	if (UNLIKELY(!is_settled))
		threads_settle();
}
