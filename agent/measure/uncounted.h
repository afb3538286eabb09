#ifndef MEMAGENT_UNCOUNTED_H
#define MEMAGENT_UNCOUNTED_H
/*
 * uncounted: functions of allocators that make, resize or free objects, and that we do not
 * interpose.
 *
 * Layer    agent, leaf; pure.
 * Source   jemalloc(3); gperftools/tcmalloc.h; mimalloc.h; glibc, malloc/Versions.
 */
#include <stddef.h>

/*
 * uncounted_mark(name):
 * Return NULL when ${name} is none of them, or changes no object (tc_version, mi_usable_size). Else
 * return a name that the same allocator must export too: other libraries' names may begin alike.
 */
const char *uncounted_mark(const char *name);

/*
 * uncounted_marks[i]:
 * Names that identify an allocator which need not be the process's malloc; NULL is the end.
 */
extern const char *const uncounted_marks[];

#endif
