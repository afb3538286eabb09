#include "agent/coverage.h"

#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shim/object.h"
#include "shim/shim.h"

/* What makes objects, of the allocators' own names. */
static const char *const makers[] = {
    "mallocx",		 "rallocx",	   "je_malloc",		"je_calloc",
    "je_realloc",	 "je_mallocx",	   "je_rallocx",	"tc_malloc",
    "tc_calloc",	 "tc_realloc",	   "tc_memalign",	"tc_new",
    "tc_newarray",	 "mi_malloc",	   "mi_calloc",		"mi_realloc",
    "mi_zalloc",	 "mi_new",	   "mi_new_n",		"mi_heap_malloc",
    "mi_heap_new",	 "mi_mallocn",	   "mi_strdup",		"mi_reallocf",
    "mi_malloc_aligned", "mi_heap_zalloc", "tc_posix_memalign",
};

/* What libc's own names are looked at for: whether they lead past us. */
static const char *const usual[] = {"malloc", "calloc", "realloc"};

/* Whether our counters see a malloc of ours, which is found as the program finds its own. */
static bool sees_malloc, has_tried;

void coverage_try(void)
{
	struct counters app, before, after;
	void *volatile p; /* so that the compiler does not leave it out */

	if (has_tried)
		return;
	has_tried = true;
	shim_read(&app, &before);
	p = malloc(1);
	shim_read(&app, &after);
	free(p);
	/* Without memory there is nothing to see. */
	sees_malloc = p == NULL || counters_mallocs(&after) != counters_mallocs(&before);
}

struct search {
	char *why;
	size_t size;
	bool is_whole;
};

struct dynamic {
	const ElfW(Sym) * symbols;
	const char *names;
	const ElfW(Rela) * relocations[2]; /* of the PLT, and the others */
	size_t bytes[2];
};

static const void *place(const struct dl_phdr_info *object, uintptr_t at)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): so it is written in the file */
	return (const void *)(at < object->dlpi_addr ? at + object->dlpi_addr : at);
}

static void read_dynamic(const struct dl_phdr_info *object, const ElfW(Dyn) * d,
			 struct dynamic *out)
{
	for (; d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_SYMTAB)
			out->symbols = place(object, d->d_un.d_ptr);
		else if (d->d_tag == DT_STRTAB)
			out->names = place(object, d->d_un.d_ptr);
		else if (d->d_tag == DT_JMPREL)
			out->relocations[0] = place(object, d->d_un.d_ptr);
		else if (d->d_tag == DT_PLTRELSZ)
			out->bytes[0] = d->d_un.d_val;
		else if (d->d_tag == DT_RELA)
			out->relocations[1] = place(object, d->d_un.d_ptr);
		else if (d->d_tag == DT_RELASZ)
			out->bytes[1] = d->d_un.d_val;
	}
}

static bool is_maker(const char *name)
{
	/* Their first letters; a large program has very many names. */
	if (strchr("jmrt", name[0]) == NULL)
		return false;
	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		if (name[0] == makers[i][0] && strcmp(name, makers[i]) == 0)
			return true;
	return false;
}

static bool is_usual(const char *name)
{
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (strcmp(name, usual[i]) == 0)
			return true;
	return false;
}

/* Whether calls of that name end where nobody counts: it is there, and not ours. */
static bool is_elsewhere(const char *name)
{
	const void *found = object_first(name);

	return found && !object_same(found, (const void *)coverage_is_whole);
}

/*
 * Whether the ${object}'s calls of that name go elsewhere than all others (RTLD_DEEPBIND).  A place
 * that is not bound yet leads to no function.
 */
static bool is_bound_elsewhere(const struct dl_phdr_info *object, const ElfW(Rela) * r,
			       const char *name)
{
	const void *target;

	/* NOLINTNEXTLINE(performance-no-int-to-ptr): so it is written in the file */
	memcpy(&target, (const void *)(object->dlpi_addr + r->r_offset), sizeof(target));
	return target && target != object_first(name) && target == object_function(target, name);
}

/* A name that an object imports stands in one of its relocations. */
static const char *find_maker(const struct dl_phdr_info *object, const struct dynamic *d)
{
	for (int kind = 0; kind < 2; kind++) {
		const ElfW(Rela) *r = d->relocations[kind];

		for (size_t n = r ? d->bytes[kind] / sizeof(*r) : 0; n > 0; n--, r++) {
			const ElfW(Sym) *s = &d->symbols[ELF64_R_SYM(r->r_info)];
			const char *name = d->names + s->st_name;

			if (ELF64_R_SYM(r->r_info) == 0 || s->st_shndx != SHN_UNDEF)
				continue;
			if ((is_maker(name) && is_elsewhere(name)) ||
			    (is_usual(name) && is_bound_elsewhere(object, r, name)))
				return name;
		}
	}
	return NULL;
}

static int look_into(struct dl_phdr_info *object, size_t size, void *arg)
{
	struct search *search = arg;
	struct dynamic dynamic = {.symbols = NULL};
	const char *name;

	(void)size;
	for (unsigned i = 0; i < object->dlpi_phnum; i++)
		if (object->dlpi_phdr[i].p_type == PT_DYNAMIC)
			read_dynamic(object, place(object, object->dlpi_phdr[i].p_vaddr), &dynamic);
	if (dynamic.symbols == NULL || dynamic.names == NULL)
		return 0;
	name = find_maker(object, &dynamic);
	if (name == NULL)
		return 0;
	search->is_whole = false;
	snprintf(search->why, search->size, "%s calls %s%s, which is not counted",
		 object->dlpi_name[0] ? object->dlpi_name : "the program",
		 is_usual(name) ? "another allocator's " : "", name);
	return 1;
}

/* How many objects were ever loaded: when coverage was looked at, and the last time it was asked.
 */
static unsigned long long seen, heard;

static int take_loads(struct dl_phdr_info *object, size_t size, void *arg)
{
	unsigned long long *loads = arg;

	(void)size;
	*loads = object->dlpi_adds;
	return 1;
}

bool coverage_is_stale(void)
{
	unsigned long long before = heard;

	dl_iterate_phdr(take_loads, &heard);
	return heard != seen && heard == before;
}

bool coverage_is_whole(char *why, size_t size)
{
	struct search search = {.why = why, .size = size, .is_whole = true};

	dl_iterate_phdr(take_loads, &seen);
	if (!sees_malloc) {
		const char *whose = object_path(object_first("malloc"));

		snprintf(why, size, "%s brings a malloc of its own, which is not counted",
			 whose[0] ? whose : "the program");
		return false;
	}
	dl_iterate_phdr(look_into, &search);
	return search.is_whole;
}
