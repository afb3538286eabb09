#include "agent/measure/allocator.h"

#include "agent/measure/coverage.h"
#include "shim/object.h"
#include "shim/shim.h"

static bool find_any(const void *function, char version[ALLOCATOR_VERSION_BYTES])
{
	(void)function;
	version[0] = '\0';
	return true;
}

static const struct allocator heap_unknown = {.name = "unknown", .find = find_any};

static const struct allocator *const heaps[] = {
    &allocator_glibc, &allocator_jemalloc, &allocator_tcmalloc, &allocator_mimalloc, &heap_unknown,
};

/*
 * Where a malloc in front keeps the program's calls for itself, they are not metered, but come from
 * an allocator all the same.  One that passes them on is none.
 */
static const void *program_malloc(void)
{
	const void *first = coverage_sees_malloc() ? NULL : object_first("malloc");

	return first ? first : shim_next_malloc();
}

const struct allocator *allocator_find(char version[ALLOCATOR_VERSION_BYTES])
{
	const void *function = program_malloc();
	size_t i = 0;

	while (!heaps[i]->find(function, version))
		i++;
	return heaps[i];
}
