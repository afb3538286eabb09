#ifndef MEMAGENT_FOREIGN_H
#define MEMAGENT_FOREIGN_H
/*
 * foreign: the names beside malloc and free that allocators have for making, resizing and freeing
 * objects, where nobody stands in front of them.
 *
 * Layer    agent, leaf; pure.
 * Source   jemalloc(3); gperftools/tcmalloc.h; mimalloc.h; glibc, malloc/Versions.
 */
#include <stddef.h>

/*
 * foreign_mark(name):
 * Return NULL when ${name} is none of these, or only asks (tc_version, mi_usable_size); else the
 * name that stands beside it in the object of such an allocator, for others' names may begin alike.
 */
const char *foreign_mark(const char *name);

/*
 * foreign_marks[i]:
 * By which allocators are known that need not be anybody's malloc; NULL is the end.
 */
extern const char *const foreign_marks[];

#endif
