#include "agent/measure/coverage.h"

#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/measure/uncounted.h"
#include "shim/object.h"
#include "shim/shim.h"

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

bool coverage_sees_malloc(void)
{
	return sees_malloc;
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

static bool is_usual(const char *name)
{
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (name[0] == usual[i][0] && strcmp(name, usual[i]) == 0)
			return true;
	return false;
}

/* Whether calls of that name end in an allocator of which nobody counts them: it is not ours. */
static bool is_foreign(const char *name)
{
	const char *mark = uncounted_mark(name);
	const void *found = mark ? object_first(name) : NULL;

	return found && !object_same(found, (const void *)coverage_is_whole) &&
	       object_function(found, mark);
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

/*
 * What the ${object} calls that is not counted, or NULL: a name that it imports stands in one of
 * its relocations.  Who brings malloc may make use of any other's, for it is counted in front.
 */
static const char *find_call(const struct dl_phdr_info *object, const struct dynamic *d,
			     bool is_allocator)
{
	for (int kind = 0; kind < 2; kind++) {
		const ElfW(Rela) *r = d->relocations[kind];

		for (size_t n = r ? d->bytes[kind] / sizeof(*r) : 0; n > 0; n--, r++) {
			const ElfW(Sym) *s = &d->symbols[ELF64_R_SYM(r->r_info)];
			const char *name = d->names + s->st_name;

			if (ELF64_R_SYM(r->r_info) == 0 || s->st_shndx != SHN_UNDEF)
				continue;
			if ((!is_allocator && is_foreign(name)) ||
			    (is_usual(name) && is_bound_elsewhere(object, r, name)))
				return name;
		}
	}
	return NULL;
}

/*
 * An allocator inside of the ${object}, which has no malloc, for its own use, by the name that it
 * is known by; or NULL.  One that is somebody's malloc too is only there, or told of elsewhere.
 */
static const char *find_inside(const struct dl_phdr_info *object)
{
	for (const char *const *mark = uncounted_marks; *mark; mark++)
		if (object_shows(object, *mark))
			return *mark;
	return NULL;
}

static int look_into(struct dl_phdr_info *object, size_t size, void *arg)
{
	struct search *search = arg;
	struct dynamic dynamic = {.symbols = NULL};
	const char *who = object->dlpi_name[0] ? object->dlpi_name : "the program";
	const char *call, *inside;
	bool is_allocator;

	(void)size;
	for (unsigned i = 0; i < object->dlpi_phnum; i++)
		if (object->dlpi_phdr[i].p_type == PT_DYNAMIC)
			read_dynamic(object, place(object, object->dlpi_phdr[i].p_vaddr), &dynamic);
	if (dynamic.symbols == NULL || dynamic.names == NULL)
		return 0;
	is_allocator = object_shows(object, "malloc") != NULL;
	call = find_call(object, &dynamic, is_allocator);
	inside = is_allocator ? NULL : find_inside(object);
	if (call)
		snprintf(search->why, search->size, "%s calls %s%s, which is not counted", who,
			 is_usual(call) ? "another allocator's " : "", call);
	else if (inside)
		snprintf(search->why, search->size,
			 "%s brings an allocator of its own (%s), which is not counted", who,
			 inside);
	search->is_whole = call == NULL && inside == NULL;
	return !search->is_whole;
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
