#include "agent/measure/allocator.h"

#include "agent/measure/coverage.h"
#include "shim/object.h"
#include "shim/shim.h"

static bool recognize_any(const void *function, char version[ALLOCATOR_VERSION_BYTES])
{
	(void)function;
	version[0] = '\0';
	return true;
}

static const struct allocator allocator_unknown = {.name = "unknown", .recognize = recognize_any};

static const struct allocator *const allocators[] = {
    &allocator_glibc,	 &allocator_jemalloc, &allocator_tcmalloc,
    &allocator_mimalloc, &allocator_unknown,
};

/*
 * The malloc that serves the program: one in front of ours if it keeps the calls for itself, else
 * the next one.
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

	while (!allocators[i]->recognize(function, version))
		i++;
	return allocators[i];
}
