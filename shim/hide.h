#ifndef MEMAGENT_HIDE_H
#define MEMAGENT_HIDE_H
/*
 * hide: takes functions of this library out of the dynamic linker's sight.
 *
 * The dynamic linker is given a copy of our symbol table without them.  Objects that were bound
 * before stay as they are; objects that are loaded later bind as if we had no such functions.
 *
 * Layer    shim; needs object.h.
 * Threads  one, once, at the start.
 * Memory   never allocates.
 * Source   elf(5), "Dynamic tags"; glibc, elf/dl-lookup.c: it reads DT_SYMTAB at every look-up, and
 *          a symbol without a value does not count.
 */
#include <stddef.h>

/*
 * hide_functions(names, n):
 * Hide those of the ${n} ${names} that are not NULL.  Where the system forbids to change the page,
 * they stay in sight.
 */
void hide_functions(const char *const *names, size_t n);

#endif
