/*
 * allocator_glibc: the allocator of libc itself.
 *
 * It does not record how many pages it has returned.
 *
 * Source   mallinfo(3); glibc, malloc/malloc.c, __libc_mallinfo2.
 */
#include <gnu/libc-version.h>
#include <malloc.h>
#include <stdio.h>

#include "agent/measure/allocator.h"
#include "shim/shim.h"

static bool recognize_glibc(const void *function, char version[ALLOCATOR_VERSION_BYTES])
{
	if (!object_same(function, (const void *)gnu_get_libc_version))
		return false;
	snprintf(version, ALLOCATOR_VERSION_BYTES, "%s", gnu_get_libc_version());
	return true;
}

/* Walks every free chunk of every arena, under the arena's lock. */
static void read_glibc(int64_t *value)
{
	struct mallinfo2 info = mallinfo2();

	value[FIELD_heap_sys_bytes] = (int64_t)(info.arena + info.hblkhd);
	value[FIELD_heap_inuse_bytes] = (int64_t)(info.uordblks + info.hblkhd);
	value[FIELD_heap_idle_bytes] = (int64_t)info.fordblks;
}

/* Since glibc 2.8 this also returns whole pages inside each arena. */
static void trim_glibc(void)
{
	malloc_trim(0);
}

const struct allocator allocator_glibc = {.name = "glibc",
					  .is_slow = true,
					  .recognize = recognize_glibc,
					  .read = read_glibc,
					  .trim = trim_glibc};
