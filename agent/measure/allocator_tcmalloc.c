/*
 * allocator_tcmalloc: the tcmalloc of gperftools.
 *
 * Source   gperftools/malloc_extension_c.h, gperftools/tcmalloc.h.
 */
#include <stdio.h>

#include "agent/measure/allocator.h"
#include "shim/shim.h"

static int (*get_property)(const char *name, size_t *value);
static void (*release_free_memory)(void);

static bool recognize_tcmalloc(const void *function, char version[ALLOCATOR_VERSION_BYTES])
{
	const char *(*tc_version)(int *major, int *minor, const char **patch) =
	    (const char *(*)(int *, int *, const char **))object_function(function, "tc_version");
	int major, minor;
	const char *patch = "";

	get_property =
	    (int (*)(const char *, size_t *))object_function(function,
							     "MallocExtension_GetNumericProperty");
	release_free_memory =
	    (void (*)(void))object_function(function, "MallocExtension_ReleaseFreeMemory");
	if (get_property == NULL || release_free_memory == NULL)
		return false;
	version[0] = '\0';
	if (tc_version) {
		tc_version(&major, &minor, &patch);
		snprintf(version, ALLOCATOR_VERSION_BYTES, "%d.%d%s", major, minor, patch);
	}
	return true;
}

static int64_t read_property(const char *name)
{
	size_t value;

	return get_property(name, &value) ? (int64_t)value : -1;
}

/* All spans count as in use, including their objects in thread caches. */
static void read_tcmalloc(int64_t *value)
{
	int64_t free_bytes = read_property("tcmalloc.pageheap_free_bytes");

	value[FIELD_heap_sys_bytes] = read_property("generic.heap_size");
	value[FIELD_heap_released_bytes] = read_property("tcmalloc.pageheap_unmapped_bytes");
	if (free_bytes < 0 || value[FIELD_heap_released_bytes] < 0)
		return;
	value[FIELD_heap_idle_bytes] = free_bytes + value[FIELD_heap_released_bytes];
	if (value[FIELD_heap_sys_bytes] >= value[FIELD_heap_idle_bytes])
		value[FIELD_heap_inuse_bytes] =
		    value[FIELD_heap_sys_bytes] - value[FIELD_heap_idle_bytes];
}

static void trim_tcmalloc(void)
{
	release_free_memory();
}

const struct allocator allocator_tcmalloc = {.name = "tcmalloc",
					     .recognize = recognize_tcmalloc,
					     .read = read_tcmalloc,
					     .trim = trim_tcmalloc};
