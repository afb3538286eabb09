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
#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the dynamic section of an object points to; NULL where it has none. */
struct object_tables {
	const ElfW(Dyn) * dynamic;
	const ElfW(Sym) * symbols;
	const char *names;
	const uint32_t *gnu_hash;
	const uint32_t *hash;
	const ElfW(Rela) * relocations[2]; /* of the PLT, and the others */
	size_t relocation_bytes[2];
};

/* Return the tables of ${object}, in a callback of dl_iterate_phdr. */
struct object_tables object_tables(const struct dl_phdr_info *object);

/* Return whether the ${object} has the ${address}, in a callback of dl_iterate_phdr. */
bool object_contains(const struct dl_phdr_info *object, const void *address);

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

/*
 * object_next(neighbour, name):
 * Return the function ${name} of the first object that is loaded after that of ${neighbour} and
 * shows one, whatever its version.  NULL when there is none.
 */
void *object_next(const void *neighbour, const char *name);

/*
 * object_imports(address, name):
 * Return whether the object that has ${address} calls a function ${name} of another.
 */
bool object_imports(const void *address, const char *name);

/*
 * object_of_valgrind():
 * Return the path of the library by which a tool of valgrind's replaces malloc in all objects, with
 * no name in any table; NULL when there is none, as under tools that leave malloc alone.
 */
const char *object_of_valgrind(void);

/* Return the path of the object that has ${address}; "" for the executable. */
const char *object_path(const void *address);

#endif
