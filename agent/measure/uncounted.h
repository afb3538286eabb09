#ifndef MEMAGENT_UNCOUNTED_H
#define MEMAGENT_UNCOUNTED_H
/*
 * uncounted: the names beside malloc and free that allocators have for making, resizing and freeing
 * objects, where nobody stands in front of them.
 *
 * Layer    agent, leaf; pure.
 * Source   jemalloc(3); gperftools/tcmalloc.h; mimalloc.h; glibc, malloc/Versions.
 */
#include <stddef.h>

/*
 * uncounted_mark(name):
 * Return NULL when ${name} is none of these, or only asks (tc_version, mi_usable_size); else the
 * name that stands beside it in the object of such an allocator, for others' names may begin alike.
 */
const char *uncounted_mark(const char *name);

/*
 * uncounted_marks[i]:
 * By which allocators are known that need not be anybody's malloc; NULL is the end.
 */
extern const char *const uncounted_marks[];

#endif
