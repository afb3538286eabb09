#ifndef MEMAGENT_HIDE_H
#define MEMAGENT_HIDE_H
/*
 * hide: hides exported functions of this library from the dynamic linker.
 *
 * The dynamic linker gets a copy of our symbol table without them.  Existing bindings stay. Objects
 * that are loaded later bind as if we had no such functions.
 *
 * Layer    shim; needs object.h.
 * Threads  one, once, at the start.
 * Memory   never allocates.
 * Source   elf(5), "Dynamic tags"; glibc, elf/dl-lookup.c: it reads DT_SYMTAB at every look-up and
 *          ignores symbols whose value is 0.
 */
#include <stddef.h>

/*
 * hide_functions(names, n):
 * Hide those of the ${n} ${names} that are not NULL.  If the page cannot be made writable, they
 * stay visible.
 */
void hide_functions(const char *const *names, size_t n);

#endif
