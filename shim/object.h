#ifndef MEMAGENT_OBJECT_H
#define MEMAGENT_OBJECT_H
/*
 * object: finds functions in loaded objects (the executable and shared libraries).
 *
 * It reads the objects' tables instead of calling dlsym.  For a missing name dlsym allocates an
 * error message with the program's malloc, and some libraries call dlsym in their free.  dladdr is
 * avoided because it searches all 3,000 symbols of libc.
 *
 * Layer    shim, leaf.
 * Threads  any; the objects must not be unloaded during the call.
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

/*
 * object_symbol(tables, name):
 * Return the index of the function ${name} that the object exports, or 0.
 */
uint32_t object_symbol(const struct object_tables *tables, const char *name);

/*
 * object_relocation(tables, i):
 * Return the relocation ${i} of the object, or NULL after the last one.
 */
const ElfW(Rela) * object_relocation(const struct object_tables *tables, size_t i);

/* Return the symbol that ${r} refers to, or NULL if it refers to none. */
const ElfW(Sym) * object_referenced(const struct object_tables *tables, const ElfW(Rela) * r);

/* Return the address that the relocation ${r} of ${object} has been resolved to. */
const void *object_target(const struct dl_phdr_info *object, const ElfW(Rela) * r);

/* Return whether ${address} is in ${object}, in a callback of dl_iterate_phdr. */
bool object_contains(const struct dl_phdr_info *object, const void *address);

/* Return whether both addresses are in the same object. */
bool object_same(const void *a, const void *b);

/*
 * object_range(address):
 * Return where the object containing ${address} is; the range is empty if no object does.
 */
struct object_range {
	uintptr_t start;
	size_t bytes;
};
struct object_range object_range(const void *address);

/*
 * object_function(neighbour, name):
 * Return the function ${name} that the object containing ${neighbour} exports, or NULL.
 */
void *object_function(const void *neighbour, const char *name);

/* Return the function ${name} that ${object} exports, in a callback of dl_iterate_phdr. */
void *object_exports(const struct dl_phdr_info *object, const char *name);

/*
 * object_first(name):
 * Return the function ${name} of the first object that exports one, in the dynamic linker's order,
 * or NULL.  Unlike dlsym, never return an entry of the program's PLT.
 */
void *object_first(const char *name);

/*
 * object_next(neighbour, name):
 * Return the function ${name} of the first object after that of ${neighbour} that exports one, of
 * any version, or NULL.
 */
void *object_next(const void *neighbour, const char *name);

/*
 * object_imports(address, name):
 * Return whether the object containing ${address} imports a symbol ${name}.
 */
bool object_imports(const void *address, const char *name);

/*
 * object_of_valgrind():
 * Return the path of the library with which a valgrind tool replaces malloc, or NULL.  Valgrind
 * redirects the calls without a symbol in any table.
 */
const char *object_of_valgrind(void);

/* Return the path of the object containing ${address}; "" for the executable. */
const char *object_path(const void *address);

#endif
