#include "agent/heap.h"

#include <dlfcn.h>

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
	const void *first = dlsym(RTLD_DEFAULT, "malloc");

	if (first == NULL || object_same(first, (const void *)heap_find))
		return shim_next_malloc();
	/* In a program without PIE it may be no function but the way to it (an entry of the PLT).
	 */
	return object_function(first, "malloc") ? first : shim_next_malloc();
}

const struct heap *heap_find(char version[HEAP_VERSION_BYTES])
{
	const void *function = program_malloc();
	size_t i = 0;

	while (!heaps[i]->find(function, version))
		i++;
	return heaps[i];
}
