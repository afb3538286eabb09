#ifndef MEMAGENT_UNCOUNTED_H
#define MEMAGENT_UNCOUNTED_H
/*
 * uncounted: functions of allocators that allocate, resize or free objects and are not interposed.
 *
 * Layer    agent, leaf; pure.
 * Source   jemalloc(3); gperftools/tcmalloc.h; mimalloc.h; glibc, malloc/Versions.
 */
#include <stddef.h>

/*
 * uncounted_mark(name):
 * Return NULL if ${name} is not such a function, for example tc_version or mi_usable_size.  Else
 * return a second name that the allocator must export too, as other libraries may use its prefix.
 */
const char *uncounted_mark(const char *name);

/*
 * uncounted_marks[i]:
 * Names that identify an allocator, which need not be the process's malloc.  NULL ends the list.
 */
extern const char *const uncounted_marks[];

#endif
