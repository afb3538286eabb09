#include "agent/heap.h"

#include "shim/object.h"
#include "shim/shim.h"

static bool find_any(const void *function, char version[HEAP_VERSION_BYTES])
{
	(void)function;
	version[0] = '\0';
	return true;
}

static const struct heap heap_unknown = {.name = "unknown", .find = find_any};

static const struct heap *const heaps[] = {
    &heap_glibc, &heap_jemalloc, &heap_tcmalloc, &heap_mimalloc, &heap_unknown,
};

/* A program that brings a malloc of its own is not metered, but it has an allocator all the same.
 */
static const void *program_malloc(void)
{
	const void *first = object_first("malloc");

	return first == NULL || object_same(first, (const void *)heap_find) ? shim_next_malloc()
									    : first;
}

const struct heap *heap_find(char version[HEAP_VERSION_BYTES])
{
	const void *function = program_malloc();
	size_t i = 0;

	while (!heaps[i]->find(function, version))
		i++;
	return heaps[i];
}
