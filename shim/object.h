#ifndef MEMAGENT_OBJECT_H
#define MEMAGENT_OBJECT_H
/*
 * object: which loaded object (the executable or a shared library) a function belongs to, and what
 * else is in it.
 *
 * Its tables are read, and dlsym is not called for a name that may be missing: the message that it
 * leaves is allocated and freed by way of the program's malloc, and there are libraries that call
 * dlsym in their free.
 *
 * dladdr is not called either: it looks for a name, in all of libc's 3,000.
 *
 * Layer    shim, leaf.
 * Threads  any, for objects that are not unloaded meanwhile.
 * Memory   never allocates.
 * Source   dl_iterate_phdr(3), elf(5); for DT_GNU_HASH glibc, elf/dl-lookup.c, do_lookup_x.
 */
#include <stdbool.h>

struct dl_phdr_info;

/* Return whether the two addresses are in one object. */
bool object_same(const void *a, const void *b);

/*
 * object_function(neighbour, name):
 * Return the function ${name} that the object of ${neighbour} shows to the world, or NULL.
 */
void *object_function(const void *neighbour, const char *name);

/* The same of the ${object}, in a callback of dl_iterate_phdr. */
void *object_shows(const struct dl_phdr_info *object, const char *name);

/*
 * object_first(name):
 * Return the function ${name} that calls from all over the process end in: that of the first object
 * which has one, as the dynamic linker looks for it.  NULL when there is none.  Unlike what dlsym
 * finds, never a program's way to it (an entry of the PLT).
 */
void *object_first(const char *name);

/* Return the path of the object that has ${address}; "" for the executable. */
const char *object_path(const void *address);

#endif
