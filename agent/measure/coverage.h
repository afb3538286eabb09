#ifndef MEMAGENT_COVERAGE_H
#define MEMAGENT_COVERAGE_H
/*
 * coverage: whether the counters see all that the program allocates with malloc.
 *
 * They do not when its malloc is one that comes before ours (inside of the executable, or of
 * another preload in front); when one of its objects calls an allocator by names of its own
 * (foreign.h), which nobody stands in front of, or has one inside under such names; and when one
 * was loaded so that it meets another malloc than the rest of the program (RTLD_DEEPBIND).  What is
 * linked in so that no name is left, or found by dlsym, cannot be told.
 *
 * Layer    agent; needs foreign and the shim.
 * Threads  the sidecar, but for coverage_try; takes the dynamic linker's lock.
 * Source   dl_iterate_phdr(3), elf(5).
 */
#include <stdbool.h>
#include <stddef.h>

/*
 * coverage_try():
 * Try a malloc, once in a process and its children; for coverage_is_whole.  In the main thread,
 * muted: glibc would make an arena of 64 MiB of address space for the sidecar's first malloc.
 */
void coverage_try(void);

/* Return whether the counters see what malloc makes; after coverage_try. */
bool coverage_sees_malloc(void);

/*
 * coverage_is_whole(why, size):
 * Return true; false with what is not seen in ${why}, of ${size} bytes.
 */
bool coverage_is_whole(char *why, size_t size);

/*
 * coverage_is_stale():
 * Return whether objects have been loaded since coverage_is_whole looked; not before the second
 * call that finds the same ones, so that they are complete.
 */
bool coverage_is_stale(void);

#endif
