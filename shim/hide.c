#include "shim/hide.h"

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "shim/cc.h"
#include "shim/object.h"

/* Room for all symbols of this library. */
#define SYMBOLS 256

static ElfW(Sym) visible[SYMBOLS];

/* The start of this library; the linker defines it. */
extern const ElfW(Ehdr) __ehdr_start INTERNAL;

static struct dl_phdr_info own_object(void)
{
	const char *begin = (const char *)&__ehdr_start;

	return (struct dl_phdr_info){
	    .dlpi_addr = (uintptr_t)begin,
	    .dlpi_phdr = (const void *)(begin + __ehdr_start.e_phoff),
	    .dlpi_phnum = __ehdr_start.e_phnum,
	};
}

/* DT_SYMTAB has no length.  The hash chain that begins last ends with the last symbol. */
static uint32_t count_symbols(const uint32_t *gnu_hash)
{
	uint32_t buckets = gnu_hash[0];
	uint32_t first = gnu_hash[1];
	uint32_t words = gnu_hash[2] * (uint32_t)(sizeof(ElfW(Addr)) / sizeof(uint32_t));
	const uint32_t *bucket = gnu_hash + 4 + words;
	const uint32_t *chain = bucket + buckets;
	uint32_t last = 0;

	for (uint32_t i = 0; i < buckets; i++)
		if (bucket[i] > last)
			last = bucket[i];
	if (last < first)
		return first;
	while ((chain[last - first] & 1) == 0)
		last++;
	return last + 1;
}

/* Return false when there are too many symbols. */
static bool copy_without(const struct object_tables *t, const char *const *names, size_t n)
{
	uint32_t count = count_symbols(t->gnu_hash);

	if (count > SYMBOLS)
		return false;
	memcpy(visible, t->symbols, count * sizeof(visible[0]));
	for (size_t i = 0; i < n; i++) {
		uint32_t found = names[i] ? object_symbol(t, names[i]) : 0;

		if (found)
			visible[found].st_value = 0;
	}
	return true;
}

/* Return whether the page is read-only after relocation (RELRO). */
static bool is_read_only(const struct dl_phdr_info *object, uintptr_t page, uintptr_t size)
{
	for (unsigned i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &object->dlpi_phdr[i];
		uintptr_t begin = object->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_GNU_RELRO)
			return page >= (begin & -size) && page < ((begin + p->p_memsz) & -size);
	}
	return false;
}

static void point_to_copy(const struct dl_phdr_info *object, ElfW(Dyn) * symtab)
{
	uintptr_t size = getauxval(AT_PAGESZ);
	uintptr_t page = (uintptr_t)&symtab->d_un.d_ptr & -size;
	bool read_only = is_read_only(object, page, size);
	bool relative = symtab->d_un.d_ptr < object->dlpi_addr;
	ElfW(Addr) copy = (uintptr_t)visible - (relative ? object->dlpi_addr : 0);

	/* NOLINTBEGIN(performance-no-int-to-ptr): a page is a number */
	if (read_only && mprotect((void *)page, size, PROT_READ | PROT_WRITE))
		return;
	/* Release: a reader of the address also sees the copy. */
	__atomic_store_n(&symtab->d_un.d_ptr, copy, __ATOMIC_RELEASE);
	if (read_only)
		mprotect((void *)page, size, PROT_READ);
	/* NOLINTEND(performance-no-int-to-ptr) */
}

void hide_functions(const char *const *names, size_t n)
{
	struct dl_phdr_info object = own_object();
	struct object_tables t = object_tables(&object);

	if (t.symbols == NULL || t.names == NULL || t.gnu_hash == NULL ||
	    !copy_without(&t, names, n))
		return;
	for (ElfW(Dyn) *d = _DYNAMIC; d->d_tag != DT_NULL; d++)
		if (d->d_tag == DT_SYMTAB)
			point_to_copy(&object, d);
}
