/*
 * interpose: wraps the C allocation functions and counts their calls.
 *
 * An allocation calls the next function first and counts its result.  A free is counted before the
 * call, while the size can be read and no other thread can get the object.  The hot functions count
 * in the thread's block, with sizes from the chunk header.  All other cases take the slow twin: a
 * thread's first call, other allocators, mmapped chunks, NULL.  errno is that of the next function.
 */
#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shim/boot.h"
#include "shim/cc.h"
#include "shim/counters.h"
#include "shim/interpose.h"
#include "shim/next.h"
#include "shim/sites/sites.h"
#include "shim/threads.h"

/* libc's headers declare the other functions. */
EXPORT void cfree(void *p);
EXPORT void free_sized(void *p, size_t size);
EXPORT void free_aligned_sized(void *p, size_t alignment, size_t size);

static struct counters *own_block(void)
{
	struct counters *c = threads_own.self;

	return LIKELY(c != NULL) ? c : threads_claim();
}

/* Return whether a sampled object must be aligned, and ${p} is not. */
static bool must_move(const void *p)
{
	return (uintptr_t)p % SITES_ALIGNMENT && threads_own.fast &&
	       !next_header_mapped(next_header(p));
}

#define COPIED 4096

/*
 * Copy ${size} bytes.  What is equal is not written: a large object that calloc or realloc has just
 * made has pages that nobody has touched, and so may have its copy.
 */
static void copy_differences(char *to, const char *from, size_t size)
{
	for (size_t at = 0; at < size; at += COPIED) {
		size_t n = size - at < COPIED ? size - at : COPIED;

		if (memcmp(to + at, from + at, n) != 0)
			memcpy(to + at, from + at, n);
	}
}

/* Return a copy of ${p} at an aligned address, or NULL if that cannot be; then ${p} stays. */
static void *moved(void *p, size_t size, enum sites_contents contents)
{
	size_t before = next.usable_size(p);
	void *q;

	if (!threads_freeze())
		return NULL;
	q = next.memalign(SITES_ALIGNMENT, size);
	if (q) {
		if (contents == SAME_CONTENTS)
			copy_differences(q, p, size);
		next.free(p);
		/* Count as if it had been there from the start. */
		counter_add(&threads_own.self->alloc_bytes, next.usable_size(q) - before, OWN);
	}
	threads_thaw();
	return q;
}

/* Sample ${p}, made at ${born_s} (sites.h).  Return the object for the program. */
static __attribute__((noinline)) void *sampled(void *p, size_t size, enum sites_contents contents,
					       uint32_t born_s)
{
	struct sites_sample sample = {.born_s = born_s};
	void *q = p;
	size_t before;

	if (!sites_begin(&sample, size))
		return p;
	before = next.usable_size(p);
	if (must_move(p))
		q = moved(p, size, contents);
	sites_end(&sample, q, size, before);
	return q ? q : p;
}

__attribute__((noinline)) void *interpose_made(void *p, size_t size, enum sites_contents contents)
{
	struct counters *c;

	if (UNLIKELY(boot_owns(p)))
		return p;
	c = own_block();
	if (UNLIKELY(p == NULL)) {
		if (c)
			counters_failed(c, OWN);
		else
			counters_failed(threads_shared(), SHARED);
	} else if (LIKELY(c != NULL)) {
		if (UNLIKELY(counters_made(c, size, next.usable_size(p), OWN)))
			return sampled(p, size, contents, SITES_NOW);
	} else {
		counters_made(threads_shared(), size, next.usable_size(p), SHARED);
	}
	return p;
}

INLINE void *made(void *p, size_t size, enum sites_contents contents)
{
	struct counters *c = threads_own.fast;
	size_t header;

	if (UNLIKELY(!threads_both(c, p)))
		return interpose_made(p, size, contents);
	header = next_header(p);
	if (UNLIKELY(next_header_mapped(header)))
		return interpose_made(p, size, contents);
	if (UNLIKELY(counters_made(c, size, next_header_usable(header), OWN)))
		return sampled(p, size, contents, SITES_NOW);
	return p;
}

__attribute__((noinline)) void interpose_freed(void *p)
{
	struct counters *c;

	if (p == NULL || boot_owns(p))
		return;
	if (UNLIKELY(live_may_have(p)))
		sites_forget(p);
	c = own_block();
	if (LIKELY(c != NULL))
		counters_freed(c, next.usable_size(p), OWN);
	else
		counters_freed(threads_shared(), next.usable_size(p), SHARED);
}

static __attribute__((noinline)) void free_slow(void *p)
{
	if (p == NULL)
		return;
	interpose_freed(p);
	if (!boot_owns(p))
		next.free(p);
}

EXPORT HOT RETURNS_TO_A_LINE(10) void *malloc(size_t size)
{
	return made(next.malloc(size), size, ANY_CONTENTS);
}

EXPORT HOT RETURNS_TO_A_LINE(14) void *calloc(size_t count, size_t size)
{
	/* If the product overflows, calloc fails and the size is not counted. */
	return made(next.calloc(count, size), count * size, SAME_CONTENTS);
}

EXPORT HOT void free(void *p)
{
	struct counters *c = threads_own.fast;
	size_t header;

	if (UNLIKELY(!threads_both(c, p) || sites_may_have(p))) {
		free_slow(p);
		return;
	}
	header = next_header(p);
	if (UNLIKELY(next_header_mapped(header))) {
		free_slow(p);
		return;
	}
	counters_freed(c, next_header_usable(header), OWN);
	next.free(p);
}

static COLD void *realloc_boot(void *p, size_t size)
{
	size_t had = boot_size(p);
	void *moved = malloc(size);

	if (moved)
		memcpy(moved, p, had < size ? had : size);
	return moved;
}

/*
 * Count a resize of an object of ${before} usable bytes, made at ${born_s}, to ${size}, with the
 * result ${q}.
 */
static __attribute__((noinline)) void *resized(size_t before, void *q, size_t size, uint32_t born_s)
{
	struct counters *c = own_block();

	if (q == NULL && size > 0)
		return interpose_made(NULL, size, ANY_CONTENTS);
	if (q == NULL && c) /* glibc's realloc(p, 0) frees the object */
		counters_freed(c, before, OWN);
	else if (q == NULL)
		counters_freed(threads_shared(), before, SHARED);
	else if (c == NULL)
		counters_resized(threads_shared(), before, size, next.usable_size(q), SHARED);
	else if (counters_resized(c, before, size, next.usable_size(q), OWN))
		return sampled(q, size, SAME_CONTENTS, born_s);
	return q;
}

static __attribute__((noinline)) void *realloc_slow(void *p, size_t size)
{
	struct live_sample sample = {.born_s = SITES_NOW};
	bool is_sampled;
	size_t before;
	void *q;

	if (p == NULL)
		return made(next.realloc(NULL, size), size, ANY_CONTENTS);
	if (boot_owns(p))
		return realloc_boot(p, size);
	before = next.usable_size(p);
	is_sampled = live_remove(p, &sample);
	q = next.realloc(p, size);
	if (is_sampled)
		sites_resized(&sample, q != NULL || size == 0);
	return resized(before, q, size, sample.born_s);
}

EXPORT HOT RETURNS_TO_A_LINE(62) void *realloc(void *p, size_t size)
{
	struct counters *c = threads_own.fast;
	size_t header, before;
	void *q;

	if (UNLIKELY(!threads_both(c, p) || sites_may_have(p)))
		return realloc_slow(p, size);
	header = next_header(p);
	if (UNLIKELY(next_header_mapped(header)))
		return realloc_slow(p, size);
	before = next_header_usable(header);
	q = next.realloc(p, size);
	if (UNLIKELY(!threads_both(c, q)))
		return resized(before, q, size, SITES_NOW);
	header = next_header(q);
	if (UNLIKELY(next_header_mapped(header)))
		return resized(before, q, size, SITES_NOW);
	if (UNLIKELY(counters_resized(c, before, size, next_header_usable(header), OWN)))
		return sampled(q, size, SAME_CONTENTS, SITES_NOW);
	return q;
}

/* Not passed on: libc's reallocarray calls our realloc, which would count a second time. */
EXPORT void *reallocarray(void *p, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total)) {
		errno = ENOMEM;
		return interpose_made(NULL, 0, ANY_CONTENTS);
	}
	return realloc(p, total);
}

EXPORT int posix_memalign(void **out, size_t alignment, size_t size)
{
	int error;

	next_resolve();
	error = next.posix_memalign(out, alignment, size);
	if (error)
		interpose_made(NULL, size, ANY_CONTENTS);
	else
		*out = made(*out, size, ANY_CONTENTS);
	return error;
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
	next_resolve();
	return made(next.aligned_alloc(alignment, size), size, ANY_CONTENTS);
}

EXPORT void *memalign(size_t alignment, size_t size)
{
	next_resolve();
	return made(next.memalign(alignment, size), size, ANY_CONTENTS);
}

EXPORT void *valloc(size_t size)
{
	next_resolve();
	return made(next.valloc(size), size, ANY_CONTENTS);
}

EXPORT void *pvalloc(size_t size)
{
	next_resolve();
	return made(next.pvalloc(size), size, ANY_CONTENTS);
}

/* Of C23; use free where the allocator lacks them, or the object may have been moved. */
EXPORT void free_sized(void *p, size_t size)
{
	next_resolve();
	if (next.free_sized == NULL || live_may_have(p)) {
		free(p);
		return;
	}
	interpose_freed(p);
	next.free_sized(p, size);
}

EXPORT void free_aligned_sized(void *p, size_t alignment, size_t size)
{
	next_resolve();
	if (next.free_aligned_sized == NULL || live_may_have(p)) {
		free(p);
		return;
	}
	interpose_freed(p);
	next.free_aligned_sized(p, alignment, size);
}

/* Removed in glibc 2.26, but some allocators export it. */
EXPORT void cfree(void *p)
{
	next_resolve();
	if (next.cfree == NULL) {
		free(p);
		return;
	}
	interpose_freed(p);
	next.cfree(p);
}
