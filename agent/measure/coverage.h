#ifndef MEMAGENT_COVERAGE_H
#define MEMAGENT_COVERAGE_H
/*
 * coverage: checks whether all of the program's malloc and free calls are counted.
 *
 * They are not if
 * - another malloc or free comes before ours, in the executable or an earlier preload,
 * - an object calls an allocator by other names (uncounted.h), or contains one with such names,
 * - an object is bound to another malloc than the rest of the program (RTLD_DEEPBIND, dlmopen), or
 * - a valgrind tool replaces malloc.
 * An allocator that exports no names, or that the program looks up with dlsym, is not detected.
 *
 * Only symbol tables are read.  No allocator is called, because it may not be initialised yet.
 *
 * Layer    agent; needs uncounted and the shim.
 * Threads  the sidecar; takes the dynamic linker's lock.
 * Source   dl_iterate_phdr(3), elf(5); glibc, <link.h>, r_debug_extended.
 */
#include <stdbool.h>
#include <stddef.h>

/* Return whether the dynamic linker finds our malloc, free etc. first. */
bool coverage_is_in_front(void);

/*
 * Return whether the program's malloc calls reach us; before its first call, whether they are
 * expected to.
 */
bool coverage_sees_malloc(void);

/*
 * coverage_is_whole(is_early, why, size):
 * Return whether all calls are counted; if not, write to ${why} of ${size} bytes which are not.
 * ${is_early}: the program may not have allocated anything yet.
 */
bool coverage_is_whole(bool is_early, char *why, size_t size);

/*
 * coverage_is_stale():
 * Return whether objects have been loaded since coverage_is_whole was called.  True only once two
 * calls have found the same number of objects, so that loading has finished.
 */
bool coverage_is_stale(void);

#endif
