/*
 * heap_mimalloc: mimalloc.
 *
 * Source   mimalloc.h.
 */
#include <stdio.h>

#include "agent/heap.h"
#include "agent/object.h"

static bool find(const void *function, char version[HEAP_VERSION_BYTES])
{
	int (*mi_version)(void) = (int (*)(void))object_function(function, "mi_version");
	int n;

	if (mi_version == NULL)
		return false;
	/* 209 is 2.0.9, and 2123 is 2.1.23. */
	n = mi_version();
	if (n < 1000)
		snprintf(version, HEAP_VERSION_BYTES, "%d.%d.%d", n / 100, n / 10 % 10, n % 10);
	else
		snprintf(version, HEAP_VERSION_BYTES, "%d.%d.%d", n / 1000, n / 100 % 10, n % 100);
	return true;
}

const struct heap heap_mimalloc = {.name = "mimalloc", .find = find};
