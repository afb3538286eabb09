/*
 * allocator_jemalloc: jemalloc, the program's or the one inside libmemagent-jemalloc.so.
 *
 * Source   jemalloc(3), "MALLCTL NAMESPACE".
 */
#include <stdio.h>
#include <string.h>

#include "agent/measure/allocator.h"
#include "shim/shim.h"

static int (*mallctl)(const char *name, void *old, size_t *old_size, void *new, size_t new_size);

static bool recognize_jemalloc(const void *function, char version[ALLOCATOR_VERSION_BYTES])
{
	const char *text = "";
	size_t size = sizeof(void *);
	void *api = object_function(function, "mallctl");

	/* A build may prefix its own functions but not malloc. */
	if (api == NULL)
		api = object_function(function, "je_mallctl");
	if (api == NULL)
		return false;
	mallctl = (int (*)(const char *, void *, size_t *, void *, size_t))api;
	if (mallctl("version", (void *)&text, &size, NULL, 0))
		text = "";
	/* After the dash comes the revision that it was built from. */
	snprintf(version, ALLOCATOR_VERSION_BYTES, "%.*s", (int)strcspn(text, "-"), text);
	return true;
}

/* Return the size_t or unsigned statistic ${name}, or -1. */
static int64_t read_statistic(const char *name)
{
	union {
		size_t wide;
		unsigned narrow;
	} value = {.wide = 0};
	size_t size = sizeof(value.wide);

	if (mallctl(name, &value, &size, NULL, 0) == 0)
		return (int64_t)value.wide;
	/* mallctl refuses a wrong size, so try the other type. */
	size = sizeof(value.narrow);
	return mallctl(name, &value, &size, NULL, 0) ? -1 : (int64_t)value.narrow;
}

/*
 * Return the sum of a statistic for dirty pages and one for muzzy pages (which the kernel may
 * already reclaim).  4096 means all arenas (MALLCTL_ARENAS_ALL).
 */
static int64_t read_sum(const char *dirty_name, const char *muzzy_name)
{
	int64_t dirty = read_statistic(dirty_name);
	int64_t muzzy = read_statistic(muzzy_name);

	return dirty < 0 || muzzy < 0 ? -1 : dirty + muzzy;
}

/* arenas.narenas is only the limit; an arena is initialised when a thread first needs it. */
static int64_t count_arenas(void)
{
	int64_t limit = read_statistic("arenas.narenas");
	int64_t arenas = 0;

	for (int64_t i = 0; i < limit; i++) {
		char name[64];
		bool is_initialized = false;
		size_t size = sizeof(is_initialized);

		snprintf(name, sizeof(name), "arena.%lld.initialized", (long long)i);
		if (mallctl(name, &is_initialized, &size, NULL, 0))
			return -1;
		arenas += is_initialized;
	}
	return limit < 0 ? -1 : arenas;
}

/* Writing the epoch makes jemalloc update its statistics. */
static void read_jemalloc(int64_t *value)
{
	uint64_t epoch = 1;
	int64_t active, pages, page, purged, retained;

	if (mallctl("epoch", NULL, NULL, &epoch, sizeof(epoch)))
		return;
	active = read_statistic("stats.active");
	retained = read_statistic("stats.retained");
	pages = read_sum("stats.arenas.4096.pdirty", "stats.arenas.4096.pmuzzy");
	page = read_statistic("arenas.page");
	value[FIELD_heap_inuse_bytes] = active;
	value[FIELD_heap_released_bytes] = retained;
	if (pages >= 0 && page >= 0 && retained >= 0)
		value[FIELD_heap_idle_bytes] = pages * page + retained;
	if (active >= 0 && value[FIELD_heap_idle_bytes] >= 0)
		value[FIELD_heap_sys_bytes] = active + value[FIELD_heap_idle_bytes];
	value[FIELD_heap_metadata_bytes] = read_statistic("stats.metadata");
	value[FIELD_arenas] = count_arenas();
	value[FIELD_purges] =
	    read_sum("stats.arenas.4096.dirty_npurge", "stats.arenas.4096.muzzy_npurge");
	purged = read_sum("stats.arenas.4096.dirty_purged", "stats.arenas.4096.muzzy_purged");
	if (purged >= 0 && page >= 0)
		value[FIELD_purged_bytes] = purged * page;
}

static void trim_jemalloc(void)
{
	mallctl("arena.4096.purge", NULL, NULL, NULL, 0);
}

const struct allocator allocator_jemalloc = {.name = "jemalloc",
					     .is_slow = true,
					     .recognize = recognize_jemalloc,
					     .read = read_jemalloc,
					     .trim = trim_jemalloc};
