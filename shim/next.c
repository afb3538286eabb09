#include "shim/next.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <malloc.h>

#include "shim/boot.h"
#include "shim/interpose.h"
#include "shim/object.h"
#include "shim/threads.h"

static bool resolving;

static void *first_malloc(size_t size)
{
	if (resolving)
		return boot_malloc(size);
	next_resolve();
	return next.malloc(size);
}

static void first_free(void *p)
{
	if (resolving || boot_owns(p))
		return;
	next_resolve();
	next.free(p);
}

static void *first_calloc(size_t count, size_t size)
{
	if (resolving)
		return boot_calloc(count, size);
	next_resolve();
	return next.calloc(count, size);
}

static void *first_realloc(void *p, size_t size)
{
	if (resolving)
		return boot_realloc(p, size);
	next_resolve();
	return next.realloc(p, size);
}

static size_t first_usable_size(void *p)
{
	return boot_size(p);
}

struct next next = {
    .malloc = first_malloc,
    .free = first_free,
    .calloc = first_calloc,
    .realloc = first_realloc,
    .usable_size = first_usable_size,
};

/* Used where sizes are unknown; the byte fields are then left out. */
static size_t no_size(void *p)
{
	(void)p;
	return 0;
}

static bool is_libc(const void *function)
{
	return object_same(function, (const void *)gnu_get_libc_version);
}

/*
 * Return whether sizes may be read from the chunk header: the next malloc is glibc's, and its
 * headers agree with malloc_usable_size.  Only sizes below the mmap threshold are tried, because
 * freeing an mmapped chunk would raise the threshold.  Valgrind's malloc has no headers and reports
 * such reads.
 */
static bool header_is_right(void)
{
	static const size_t sizes[] = {1, 24, 25, 40, 100, 1000};
	bool right = object_of_valgrind() == NULL && is_libc((const void *)next.malloc) &&
		     is_libc((const void *)next.free) && is_libc((const void *)next.realloc) &&
		     is_libc((const void *)next.usable_size);

	for (size_t i = 0; right && i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		void *p = next.malloc(sizes[i]);

		right = p && !next_header_mapped(next_header(p)) &&
			next_header_usable(next_header(p)) == next.usable_size(p);
		next.free(p);
	}
	return right;
}

/*
 * Return whether the next malloc is libc_malloc_debug's.  Its malloc_usable_size ends the program
 * for an invalid object, before free could report it.
 */
static bool checks_objects(void)
{
	return !is_libc((const void *)next.malloc) &&
	       object_function((const void *)next.malloc, "mcheck_check_all") != NULL;
}

/*
 * Return whether malloc_usable_size accepts what malloc returns.  A library that interposes only
 * one of the two (glibc's libmemusage) may return shifted pointers.
 */
static bool sizes_are_plausible(void)
{
	static const size_t sizes[] = {1, 24, 100, 1000};
	bool plausible = true;

	if (checks_objects())
		return false;
	if (object_same((const void *)next.malloc, (const void *)next.usable_size))
		return true;
	for (size_t i = 0; plausible && i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		void *p = next.malloc(sizes[i]);
		size_t usable = p ? next.usable_size(p) : 0;

		plausible = usable >= sizes[i] && usable <= 2 * sizes[i] + 64;
		next.free(p);
	}
	return plausible;
}

bool next_sizes_known(void)
{
	return next.usable_size != no_size;
}

/*
 * Return the next function of that name.  dlsym would skip hidden versions, as libc_malloc_debug's
 * are; the program's own references name the version and do find them.
 */
static void *look_up(const char *name)
{
	return object_next((const void *)next_resolve, name);
}

bool next_is_inside(void)
{
	return false;
}

bool next_is_neighbour(const void *function)
{
	return object_same((const void *)next.malloc, function);
}

void next_prepare_thread(void)
{
}

void next_unlock(void)
{
}

/* These always exist, at least in libc. */
static void resolve_core(struct next *found)
{
	found->malloc = (void *(*)(size_t))look_up("malloc");
	found->free = (void (*)(void *))look_up("free");
	found->calloc = (void *(*)(size_t, size_t))look_up("calloc");
	found->realloc = (void *(*)(void *, size_t))look_up("realloc");
	found->posix_memalign = (int (*)(void **, size_t, size_t))look_up("posix_memalign");
	found->aligned_alloc = (void *(*)(size_t, size_t))look_up("aligned_alloc");
	found->memalign = (void *(*)(size_t, size_t))look_up("memalign");
	found->valloc = (void *(*)(size_t))look_up("valloc");
	found->pvalloc = (void *(*)(size_t))look_up("pvalloc");
}

/* Not every allocator has these, so take them only from the object of its malloc. */
static void resolve_rest(struct next *found)
{
	const void *there = (const void *)found->malloc;

	found->cfree = (void (*)(void *))object_function(there, "cfree");
	/* glibc's (2.43) call our free, which would count a second time. */
	if (is_libc(there))
		return;
	found->free_sized = (void (*)(void *, size_t))object_function(there, "free_sized");
	found->free_aligned_sized =
	    (void (*)(void *, size_t, size_t))object_function(there, "free_aligned_sized");
}

/*
 * tcmalloc calls new in its first malloc_usable_size.  That may end in our malloc, which must not
 * ask for a size before this call returns.
 */
static void make_first_size_call(size_t (*usable_size)(void *))
{
	void *p = next.malloc(1);

	if (p)
		usable_size(p);
	next.free(p);
}

void next_resolve(void)
{
	int saved = errno;
	uint32_t before;
	struct next found;
	size_t (*usable_size)(void *);

	if (next.malloc != first_malloc)
		return;
	resolving = true;
	next_resolve_system();
	found = next;
	resolve_core(&found);
	resolve_rest(&found);
	usable_size = (size_t(*)(void *))look_up("malloc_usable_size");
	found.usable_size = no_size;
	resolving = false;
	next = found;
	interpose_operators();
	/* Not muted: the allocator's initialisation counts as the program's. */
	next.free(next.malloc(1));
	before = threads_mute();
	make_first_size_call(usable_size);
	next.usable_size = usable_size;
	if (!sizes_are_plausible())
		next.usable_size = no_size;
	threads_init(boot_used == 0 && header_is_right());
	threads_unmute(before);
	errno = saved;
}
