/*
 * allocator_mimalloc: mimalloc.
 *
 * Source   mimalloc.h.
 */
#include <stdio.h>

#include "agent/measure/allocator.h"
#include "shim/shim.h"

typedef void process_info(size_t *elapsed_ms, size_t *user_ms, size_t *system_ms, size_t *rss,
			  size_t *peak_rss, size_t *commit, size_t *peak_commit,
			  size_t *page_faults);

static process_info *mi_process_info;

static bool recognize_mimalloc(const void *function, char version[ALLOCATOR_VERSION_BYTES])
{
	int (*mi_version)(void) = (int (*)(void))object_function(function, "mi_version");
	int n;

	mi_process_info = (process_info *)object_function(function, "mi_process_info");
	if (mi_version == NULL)
		return false;
	/* 209 is 2.0.9, and 2123 is 2.1.23. */
	n = mi_version();
	if (n < 1000)
		snprintf(version, ALLOCATOR_VERSION_BYTES, "%d.%d.%d", n / 100, n / 10 % 10,
			 n % 10);
	else
		snprintf(version, ALLOCATOR_VERSION_BYTES, "%d.%d.%d", n / 1000, n / 100 % 10,
			 n % 100);
	return true;
}

/* Of our fields it only knows the committed bytes. */
static void read_mimalloc(int64_t *value)
{
	size_t elapsed, user, system, rss, peak_rss, commit, peak_commit, faults;

	if (mi_process_info == NULL)
		return;
	mi_process_info(&elapsed, &user, &system, &rss, &peak_rss, &commit, &peak_commit, &faults);
	value[FIELD_heap_sys_bytes] = (int64_t)commit;
}

const struct allocator allocator_mimalloc = {.name = "mimalloc",
					     .recognize = recognize_mimalloc,
					     .read = read_mimalloc};
