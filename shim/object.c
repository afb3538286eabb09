#include "shim/object.h"

#include <string.h>

bool object_contains(const struct dl_phdr_info *object, const void *address)
{
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD &&
		    (uintptr_t)address - object->dlpi_addr - segment->p_vaddr < segment->p_memsz)
			return true;
	}
	return false;
}

struct pair {
	const void *a, *b;
	bool is_one;
};

static int compare(struct dl_phdr_info *object, size_t size, void *arg)
{
	struct pair *pair = arg;

	(void)size;
	if (!object_contains(object, pair->a))
		return 0;
	pair->is_one = object_contains(object, pair->b);
	return 1;
}

bool object_same(const void *a, const void *b)
{
	struct pair pair = {a, b, false};

	dl_iterate_phdr(compare, &pair);
	return pair.is_one;
}

struct range_search {
	const void *address;
	struct object_range range;
};

static int take_range(struct dl_phdr_info *object, size_t size, void *arg)
{
	struct range_search *search = arg;
	uintptr_t start = UINTPTR_MAX, end = 0;

	(void)size;
	if (!object_contains(object, search->address))
		return 0;
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		uintptr_t from = object->dlpi_addr + segment->p_vaddr;

		if (segment->p_type != PT_LOAD)
			continue;
		start = from < start ? from : start;
		end = from + segment->p_memsz > end ? from + segment->p_memsz : end;
	}
	search->range = (struct object_range){start, end - start};
	return 1;
}

struct object_range object_range(const void *address)
{
	struct range_search search = {address, {0, 0}};

	dl_iterate_phdr(take_range, &search);
	return search.range;
}

/* The dynamic linker relocates most of these addresses in place, but not all of them. */
static const void *absolute(uintptr_t base, uintptr_t at)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): a number in the file */
	return (const void *)(at < base ? at + base : at);
}

static void read_dynamic(uintptr_t base, const ElfW(Dyn) * d, struct object_tables *t)
{
	t->dynamic = d;
	for (; d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_SYMTAB)
			t->symbols = absolute(base, d->d_un.d_ptr);
		else if (d->d_tag == DT_STRTAB)
			t->names = absolute(base, d->d_un.d_ptr);
		else if (d->d_tag == DT_GNU_HASH)
			t->gnu_hash = absolute(base, d->d_un.d_ptr);
		else if (d->d_tag == DT_HASH)
			t->hash = absolute(base, d->d_un.d_ptr);
		else if (d->d_tag == DT_JMPREL)
			t->relocations[0] = absolute(base, d->d_un.d_ptr);
		else if (d->d_tag == DT_PLTRELSZ)
			t->relocation_bytes[0] = d->d_un.d_val;
		else if (d->d_tag == DT_RELA)
			t->relocations[1] = absolute(base, d->d_un.d_ptr);
		else if (d->d_tag == DT_RELASZ)
			t->relocation_bytes[1] = d->d_un.d_val;
	}
}

struct object_tables object_tables(const struct dl_phdr_info *object)
{
	struct object_tables t = {.symbols = NULL};

	for (int i = 0; i < object->dlpi_phnum; i++)
		if (object->dlpi_phdr[i].p_type == PT_DYNAMIC)
			read_dynamic(object->dlpi_addr,
				     absolute(object->dlpi_addr, object->dlpi_phdr[i].p_vaddr), &t);
	return t;
}

static bool is_function(const struct object_tables *t, uint32_t i, const char *name)
{
	const ElfW(Sym) *s = &t->symbols[i];

	return s->st_shndx != SHN_UNDEF && ELF64_ST_TYPE(s->st_info) == STT_FUNC &&
	       strcmp(t->names + s->st_name, name) == 0;
}

static uint32_t gnu_hash(const char *name)
{
	uint32_t h = 5381;

	for (; *name; name++)
		h = h * 33 + (unsigned char)*name;
	return h;
}

/* Return the index of the symbol, or 0. */
static uint32_t find_gnu(const struct object_tables *t, const char *name)
{
	uint32_t buckets = t->gnu_hash[0];
	uint32_t first = t->gnu_hash[1];
	uint32_t words = t->gnu_hash[2] * (uint32_t)(sizeof(ElfW(Addr)) / sizeof(uint32_t));
	const uint32_t *bucket = t->gnu_hash + 4 + words;
	const uint32_t *chain = bucket + buckets;
	uint32_t h = gnu_hash(name);
	uint32_t i = buckets ? bucket[h % buckets] : 0; /* an object may export nothing */

	if (i < first || i == 0)
		return 0;
	for (;; i++) {
		uint32_t other = chain[i - first];

		if ((other | 1) == (h | 1) && is_function(t, i, name))
			return i;
		if (other & 1)
			return 0;
	}
}

/* The same with DT_HASH, of which only the number of symbols is used. */
static uint32_t find_any(const struct object_tables *t, const char *name)
{
	for (uint32_t i = 1; i < t->hash[1]; i++)
		if (is_function(t, i, name))
			return i;
	return 0;
}

uint32_t object_symbol(const struct object_tables *t, const char *name)
{
	if (t->symbols && t->names && t->gnu_hash)
		return find_gnu(t, name);
	return t->symbols && t->names && t->hash ? find_any(t, name) : 0;
}

const ElfW(Rela) * object_relocation(const struct object_tables *t, size_t i)
{
	for (int kind = 0; kind < 2; kind++) {
		const ElfW(Rela) *first = t->relocations[kind];
		size_t count = first ? t->relocation_bytes[kind] / sizeof(*first) : 0;

		if (i < count)
			return &first[i];
		i -= count;
	}
	return NULL;
}

const ElfW(Sym) * object_referenced(const struct object_tables *t, const ElfW(Rela) * r)
{
	return ELF64_R_SYM(r->r_info) ? &t->symbols[ELF64_R_SYM(r->r_info)] : NULL;
}

const void *object_target(const struct dl_phdr_info *object, const ElfW(Rela) * r)
{
	const void *target;

	/* NOLINTNEXTLINE(performance-no-int-to-ptr): ELF stores addresses as integers */
	memcpy(&target, (const void *)(object->dlpi_addr + r->r_offset), sizeof(target));
	return target;
}

void *object_exports(const struct dl_phdr_info *object, const char *name)
{
	struct object_tables t = object_tables(object);
	uint32_t found = object_symbol(&t, name);

	/* NOLINTNEXTLINE(performance-no-int-to-ptr): a number in the file */
	return found ? (void *)(object->dlpi_addr + t.symbols[found].st_value) : NULL;
}

struct search {
	const void *neighbour; /* or NULL: any */
	const char *name;
	void *function;
};

static int look_up(struct dl_phdr_info *object, size_t size, void *arg)
{
	struct search *search = arg;

	(void)size;
	if (search->neighbour && !object_contains(object, search->neighbour))
		return 0;
	search->function = object_exports(object, search->name);
	return search->function || search->neighbour;
}

void *object_function(const void *neighbour, const char *name)
{
	struct search search = {neighbour, name, NULL};

	dl_iterate_phdr(look_up, &search);
	return search.function;
}

/* The dynamic linker searches objects in the order of loading. */
void *object_first(const char *name)
{
	return object_function(NULL, name);
}

struct successor {
	const void *neighbour;
	const char *name;
	bool is_behind;
	void *function;
};

static int look_behind(struct dl_phdr_info *object, size_t size, void *arg)
{
	struct successor *successor = arg;

	(void)size;
	if (successor->is_behind)
		successor->function = object_exports(object, successor->name);
	else
		successor->is_behind = object_contains(object, successor->neighbour);
	return successor->function != NULL;
}

void *object_next(const void *neighbour, const char *name)
{
	struct successor successor = {neighbour, name, false, NULL};

	dl_iterate_phdr(look_behind, &successor);
	return successor.function;
}

struct import {
	const void *address;
	const char *name;
	bool is_found;
};

static bool is_imported(const struct object_tables *t, const char *name)
{
	const ElfW(Rela) * r;

	for (size_t i = 0; (r = object_relocation(t, i)) != NULL; i++) {
		const ElfW(Sym) *s = object_referenced(t, r);

		if (s && s->st_shndx == SHN_UNDEF && strcmp(t->names + s->st_name, name) == 0)
			return true;
	}
	return false;
}

static int look_for_import(struct dl_phdr_info *object, size_t size, void *arg)
{
	struct import *import = arg;
	struct object_tables t;

	(void)size;
	if (!object_contains(object, import->address))
		return 0;
	t = object_tables(object);
	import->is_found = t.symbols && t.names && is_imported(&t, import->name);
	return 1;
}

bool object_imports(const void *address, const char *name)
{
	struct import import = {address, name, false};

	dl_iterate_phdr(look_for_import, &import);
	return import.is_found;
}

/* Every tool loads vgpreload_core; a tool that replaces malloc loads a second library. */
static int find_valgrind(struct dl_phdr_info *object, size_t size, void *arg)
{
	static const char prefix[] = "/vgpreload_";
	const char **path = arg;
	const char *name = strrchr(object->dlpi_name, '/');

	(void)size;
	if (name == NULL || strncmp(name, prefix, strlen(prefix)) != 0 ||
	    strncmp(name + strlen(prefix), "core", 4) == 0)
		return 0;
	*path = object->dlpi_name;
	return 1;
}

const char *object_of_valgrind(void)
{
	const char *path = NULL;

	dl_iterate_phdr(find_valgrind, &path);
	return path;
}

struct path_search {
	const void *address;
	const char *path;
};

static int take_path(struct dl_phdr_info *object, size_t size, void *arg)
{
	struct path_search *w = arg;

	(void)size;
	if (!object_contains(object, w->address))
		return 0;
	w->path = object->dlpi_name;
	return 1;
}

const char *object_path(const void *address)
{
	struct path_search w = {address, ""};

	dl_iterate_phdr(take_path, &w);
	return w.path;
}
