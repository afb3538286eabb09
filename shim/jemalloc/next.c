/*
 * next, of libmemagent-jemalloc.so: the next allocator is the jemalloc inside, known when linked.
 */
#include "shim/next.h"

#include <errno.h>

#include "shim/interpose.h"
#include "shim/jemalloc/precount.h"
#include "shim/jemalloc/embedded.h"
#include "shim/threads.h"

static void *checked_malloc(size_t size)
{
	return CHECKED(embedded_malloc(size));
}

static int checked_posix_memalign(void **out, size_t alignment, size_t size)
{
	return CHECKED(embedded_posix_memalign(out, alignment, size));
}

/* Only the functions that this library calls through these pointers. */
struct next next = {
    .malloc = checked_malloc,
    .free = embedded_free,
    .usable_size = embedded_malloc_usable_size,
    .posix_memalign = checked_posix_memalign,
};

static bool resolved;
static bool sizes_known;

bool next_sizes_known(void)
{
	return sizes_known;
}

bool next_is_inside(void)
{
	return true;
}

bool next_is_neighbour(const void *function)
{
	(void)function;
	return false;
}

/*
 * Use jemalloc's byte counters, unless it was built without them.  By now they hold ${ours}, which
 * is not counted, and what libc allocated inside jemalloc's first call.
 */
static void use_bytes(size_t ours)
{
	uint64_t *allocated, *freed;
	size_t size = sizeof(allocated);

	if (embedded_mallctl("thread.allocatedp", (void *)&allocated, &size, NULL, 0) ||
	    embedded_mallctl("thread.deallocatedp", (void *)&freed, &size, NULL, 0))
		return;
	threads_use_bytes(allocated, freed);
	counter_add(&threads_shared()->alloc_bytes, *allocated - ours, SHARED);
	counter_add(&threads_shared()->freed_bytes, *freed - ours, SHARED);
	sizes_known = true;
}

void next_prepare_thread(void)
{
	unsigned own, other = 1;
	size_t size = sizeof(own);

	/* A new thread would use an arena that no other has, or create one: create it here. */
	if (embedded_mallctl("thread.arena", &own, &size, &other, sizeof(other)) == 0)
		embedded_mallctl("thread.arena", NULL, NULL, &own, sizeof(own));
}

void next_unlock(void)
{
	embedded_unlock();
}

void next_resolve(void)
{
	int saved = errno;
	size_t ours;
	void *p;

	if (resolved)
		return;
	resolved = true;
	next_resolve_system();
	interpose_operators();
	/*
	 * jemalloc initialises itself in its first call.  It may create a thread then, for which
	 * libc allocates; that is counted in the shared block.  So make this call before the rest.
	 */
	p = embedded_malloc(1);
	ours = embedded_malloc_usable_size(p);
	embedded_free(p);
	use_bytes(ours);
	if (precount_works())
		threads_precount(PRECOUNT_LARGEST);
	threads_init(false);
	errno = saved;
}
