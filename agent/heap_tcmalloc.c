/*
 * heap_tcmalloc: the tcmalloc of gperftools.
 *
 * Source   gperftools/malloc_extension_c.h, gperftools/tcmalloc.h.
 */
#include <stdio.h>

#include "agent/heap.h"
#include "agent/object.h"

static bool find(const void *function, char version[HEAP_VERSION_BYTES])
{
	const char *(*tc_version)(int *major, int *minor, const char **patch) =
	    (const char *(*)(int *, int *, const char **))object_function(function, "tc_version");
	int major, minor;
	const char *patch = "";

	if (object_function(function, "MallocExtension_GetNumericProperty") == NULL)
		return false;
	version[0] = '\0';
	if (tc_version) {
		tc_version(&major, &minor, &patch);
		snprintf(version, HEAP_VERSION_BYTES, "%d.%d%s", major, minor, patch);
	}
	return true;
}

const struct heap heap_tcmalloc = {.name = "tcmalloc", .find = find};
