#include "agent/object.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The tables of an object that names are looked up in. */
struct tables {
	const ElfW(Sym) * symbols;
	const char *names;
	const uint32_t *gnu_hash;
	const uint32_t *hash;
};

bool object_same(const void *a, const void *b)
{
	Dl_info of_a, of_b;

	return dladdr(a, &of_a) && dladdr(b, &of_b) && of_a.dli_fbase == of_b.dli_fbase;
}

/* The dynamic linker has most of these relocated in place, but not all, and not everywhere. */
static const void *place(const struct link_map *map, const ElfW(Dyn) * entry)
{
	ElfW(Addr) at = entry->d_un.d_ptr;

	/* NOLINTNEXTLINE(performance-no-int-to-ptr): so it is written in the file */
	return (const void *)(at < map->l_addr ? at + map->l_addr : at);
}

static struct tables read_tables(const struct link_map *map)
{
	struct tables t = {.symbols = NULL};

	for (const ElfW(Dyn) *d = map->l_ld; d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_SYMTAB)
			t.symbols = place(map, d);
		else if (d->d_tag == DT_STRTAB)
			t.names = place(map, d);
		else if (d->d_tag == DT_GNU_HASH)
			t.gnu_hash = place(map, d);
		else if (d->d_tag == DT_HASH)
			t.hash = place(map, d);
	}
	return t;
}

static bool is_function(const struct tables *t, uint32_t i, const char *name)
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
static uint32_t find_gnu(const struct tables *t, const char *name)
{
	uint32_t buckets = t->gnu_hash[0];
	uint32_t first = t->gnu_hash[1];
	uint32_t words = t->gnu_hash[2] * (uint32_t)(sizeof(ElfW(Addr)) / sizeof(uint32_t));
	const uint32_t *bucket = t->gnu_hash + 4 + words;
	const uint32_t *chain = bucket + buckets;
	uint32_t h = gnu_hash(name);
	uint32_t i = bucket[h % buckets];

	if (i < first)
		return 0;
	for (;; i++) {
		uint32_t other = chain[i - first];

		if ((other | 1) == (h | 1) && is_function(t, i, name))
			return i;
		if (other & 1)
			return 0;
	}
}

/* The same by the older table, of which only the number of symbols is used. */
static uint32_t find_any(const struct tables *t, const char *name)
{
	for (uint32_t i = 1; i < t->hash[1]; i++)
		if (is_function(t, i, name))
			return i;
	return 0;
}

void *object_function(const void *neighbour, const char *name)
{
	struct link_map *map;
	struct tables t;
	uint32_t found = 0;
	Dl_info info;

	if (!dladdr1(neighbour, &info, (void **)&map, RTLD_DL_LINKMAP))
		return NULL;
	t = read_tables(map);
	if (t.symbols == NULL || t.names == NULL)
		return NULL;
	if (t.gnu_hash)
		found = find_gnu(&t, name);
	else if (t.hash)
		found = find_any(&t, name);
	if (found == 0)
		return NULL;
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): so it is written in the file */
	return (void *)(map->l_addr + t.symbols[found].st_value);
}
