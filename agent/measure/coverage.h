#ifndef MEMAGENT_COVERAGE_H
#define MEMAGENT_COVERAGE_H
/*
 * coverage: whether the counters see all that the program allocates with malloc.
 *
 * They do not when another malloc or free comes before ours (in the executable, or in a preload in
 * front); when an object calls an allocator by names of its own (uncounted.h), or has one inside
 * under such names; when an object was loaded so that it meets another malloc than the rest of the
 * program (RTLD_DEEPBIND, dlmopen); and under a tool of valgrind's.  An allocator that is linked in
 * without a name, or found by dlsym, cannot be told.
 *
 * Only tables are read: no allocator is called, for it may not be ready yet.
 *
 * Layer    agent; needs uncounted and the shim.
 * Threads  the sidecar; takes the dynamic linker's lock.
 * Source   dl_iterate_phdr(3), elf(5); glibc, <link.h>, r_debug_extended.
 */
#include <stdbool.h>
#include <stddef.h>

/* Return whether no other malloc, free and the like come before ours. */
bool coverage_is_in_front(void);

/*
 * Return whether the program's malloc calls arrive here; while it has made none, whether they may
 * be expected to.
 */
bool coverage_sees_malloc(void);

/*
 * coverage_is_whole(is_early, why, size):
 * Return true; false with what is not seen in ${why}, of ${size} bytes.  ${is_early}: the program
 * may not have allocated anything yet.
 */
bool coverage_is_whole(bool is_early, char *why, size_t size);

/*
 * coverage_is_stale():
 * Return whether objects have been loaded since coverage_is_whole looked; not before the second
 * call that finds the same ones, so that they are complete.
 */
bool coverage_is_stale(void);

#endif
