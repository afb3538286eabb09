/* heap_glibc: the allocator of libc itself. */
#include <gnu/libc-version.h>
#include <stdio.h>

#include "agent/heap.h"
#include "agent/object.h"

static bool find(const void *function, char version[HEAP_VERSION_BYTES])
{
	if (!object_same(function, (const void *)gnu_get_libc_version))
		return false;
	snprintf(version, HEAP_VERSION_BYTES, "%s", gnu_get_libc_version());
	return true;
}

const struct heap heap_glibc = {.name = "glibc", .find = find};
