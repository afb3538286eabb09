#include "agent/measure/coverage.h"

#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/measure/uncounted.h"
#include "shim/object.h"
#include "shim/shim.h"

/* The names of libc's own that are checked: whether they lead past us. */
static const char *const usual[] = {
    "malloc", "calloc", "realloc", "free", "posix_memalign", "aligned_alloc", "memalign",
};

enum { USUAL = sizeof(usual) / sizeof(usual[0]) };

static bool is_ours(const void *function)
{
	return object_same(function, (const void *)coverage_is_whole);
}

/* Whether the object of ${function} is an allocator that is known by a name of its own. */
static bool is_known_allocator(const void *function)
{
	for (const char *const *mark = uncounted_marks; *mark; mark++)
		if (object_function(function, *mark))
			return true;
	return false;
}

/* Whether calls of that name, or of its kind, have been counted. */
static bool has_counted(const char *name)
{
	struct counters app, agent;

	shim_read(&app, &agent);
	return (strcmp(name, "free") == 0 ? app.frees : counters_mallocs(&app)) > 0;
}

/*
 * Whether a function in front of ours passes its calls on.  Allocators are not called to find out:
 * this may be before their constructors.  A preload that passes calls on looks ours up by dlsym,
 * and we count them; before it has been called, the import of dlsym has to do.
 */
static bool passes_on(const void *in_front, const char *name, bool is_early)
{
	if (is_known_allocator(in_front))
		return false;
	return has_counted(name) || (is_early && (object_imports(in_front, "dlsym") ||
						  object_imports(in_front, "dlvsym")));
}

/* The first function of that name, if it is not ours and keeps its calls for itself. */
static const void *find_in_front(const char *name, bool is_early)
{
	const void *first = object_first(name);

	return is_ours(first) || passes_on(first, name, is_early) ? NULL : first;
}

bool coverage_is_in_front(void)
{
	for (size_t i = 0; i < USUAL; i++)
		if (!is_ours(object_first(usual[i])))
			return false;
	return true;
}

bool coverage_sees_malloc(void)
{
	return find_in_front("malloc", true) == NULL;
}

struct search {
	char *why;
	size_t size;
	bool is_whole;
};

/* Return the number of the ${name} among the usual ones, or USUAL. */
static size_t usual_index(const char *name)
{
	size_t i = 0;

	while (i < USUAL && (name[0] != usual[i][0] || strcmp(name, usual[i]) != 0))
		i++;
	return i;
}

/* Whether calls of that name end in an allocator of which nobody counts them: it is not ours. */
static bool is_foreign(const char *name)
{
	const char *mark = uncounted_mark(name);
	const void *found = mark ? object_first(name) : NULL;

	return found && !is_ours(found) && object_function(found, mark);
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
 * its relocations.  Who brings malloc may make use of any other's, for it is counted in front.  Of
 * the usual names the first is told: who calls another free calls another malloc, too.
 */
static const char *find_call(const struct dl_phdr_info *object, const struct object_tables *t,
			     bool is_allocator)
{
	size_t first = USUAL;

	for (int kind = 0; kind < 2; kind++) {
		const ElfW(Rela) *r = t->relocations[kind];

		for (size_t n = r ? t->relocation_bytes[kind] / sizeof(*r) : 0; n > 0; n--, r++) {
			const ElfW(Sym) *s = &t->symbols[ELF64_R_SYM(r->r_info)];
			const char *name = t->names + s->st_name;

			if (ELF64_R_SYM(r->r_info) == 0 || s->st_shndx != SHN_UNDEF)
				continue;
			if (!is_allocator && is_foreign(name))
				return name;
			if (usual_index(name) < first && is_bound_elsewhere(object, r, name))
				first = usual_index(name);
		}
	}
	return first < USUAL ? usual[first] : NULL;
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
	struct object_tables tables = object_tables(object);
	const char *who = object->dlpi_name[0] ? object->dlpi_name : "the program";
	const char *call, *inside;
	bool is_allocator;

	(void)size;
	if (tables.symbols == NULL || tables.names == NULL)
		return 0;
	is_allocator = object_shows(object, "malloc") != NULL;
	call = find_call(object, &tables, is_allocator);
	inside = is_allocator ? NULL : find_inside(object);
	if (call)
		snprintf(search->why, search->size, "%s calls %s%s, which is not counted", who,
			 usual_index(call) < USUAL ? "another allocator's " : "", call);
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

/* Whether the program's own calls arrive here. */
static bool sees_calls(char *why, size_t size, bool is_early)
{
	const char *tool = object_of_valgrind();

	if (tool) {
		snprintf(why, size, "%s replaces malloc everywhere, so nothing is counted", tool);
		return false;
	}
	for (size_t i = 0; i < USUAL; i++) {
		const void *in_front = find_in_front(usual[i], is_early);
		const char *whose = in_front ? object_path(in_front) : "";

		if (in_front == NULL)
			continue;
		snprintf(why, size, "%s brings a %s of its own, which is not counted",
			 whose[0] ? whose : "the program", usual[i]);
		return false;
	}
	return true;
}

/* What the linker tells debuggers of its namespaces, from glibc 2.35 on (r_debug_extended). */
struct namespace
{
	struct r_debug debug;
	const struct namespace *next;
};

/* Where it is, whatever the size that the header declares. */
static const struct namespace *first_namespace(void)
{
	const void *first = &_r_debug;

	__asm__("" : "+r"(first)); /* so that the compiler does not know the size */
	return first;
}

/* Another namespace (dlmopen, LD_AUDIT) has a libc, and so a malloc, of its own. */
static bool has_other_namespace(char *why, size_t size)
{
	const struct namespace *n = first_namespace();

	if (n->debug.r_version < 2)
		return false;
	while ((n = n->next) != NULL) {
		if (n->debug.r_map == NULL) /* it has been closed */
			continue;
		snprintf(why, size,
			 "%s is in a namespace of its own (dlmopen or LD_AUDIT) with another "
			 "malloc, which is not counted",
			 n->debug.r_map->l_name);
		return true;
	}
	return false;
}

bool coverage_is_whole(bool is_early, char *why, size_t size)
{
	struct search search = {.why = why, .size = size, .is_whole = true};

	dl_iterate_phdr(take_loads, &seen);
	if (!sees_calls(why, size, is_early) || has_other_namespace(why, size))
		return false;
	dl_iterate_phdr(look_into, &search);
	return search.is_whole;
}
