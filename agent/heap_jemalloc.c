/*
 * heap_jemalloc: jemalloc, the program's or the one inside libmemagent-jemalloc.so.
 *
 * Source   jemalloc(3), "MALLCTL NAMESPACE".
 */
#include <stdio.h>
#include <string.h>

#include "agent/heap.h"
#include "agent/object.h"

static int (*mallctl)(const char *name, void *old, size_t *old_size, void *new, size_t new_size);

static bool find(const void *function, char version[HEAP_VERSION_BYTES])
{
	const char *text = "";
	size_t size = sizeof(text);
	void *api = object_function(function, "mallctl");

	/* A build may put a prefix before its own API only. */
	if (api == NULL)
		api = object_function(function, "je_mallctl");
	if (api == NULL)
		return false;
	mallctl = (int (*)(const char *, void *, size_t *, void *, size_t))api;
	if (mallctl("version", (void *)&text, &size, NULL, 0))
		text = "";
	/* What is behind the dash is the revision it was built from. */
	snprintf(version, HEAP_VERSION_BYTES, "%.*s", (int)strcspn(text, "-"), text);
	return true;
}

const struct heap heap_jemalloc = {.name = "jemalloc", .find = find};
