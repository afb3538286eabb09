#include "agent/measure/coverage.h"

#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/measure/uncounted.h"
#include "shim/object.h"
#include "shim/shim.h"

/* The functions whose calls must reach us. */
static const char *const standard[] = {
    "malloc", "calloc", "realloc", "free", "posix_memalign", "aligned_alloc", "memalign",
};

enum { STANDARD = sizeof(standard) / sizeof(standard[0]) };

static bool is_ours(const void *function)
{
	return object_same(function, (const void *)coverage_is_whole);
}

/* Return whether the object of ${function} also exports an allocator's own API. */
static bool is_known_allocator(const void *function)
{
	for (const char *const *mark = uncounted_marks; *mark; mark++)
		if (object_function(function, *mark))
			return true;
	return false;
}

/* Return whether calls of ${name}, or of a function like it, have been counted. */
static bool has_counted(const char *name)
{
	struct counters app, agent;

	shim_read(&app, &agent);
	return (strcmp(name, "free") == 0 ? app.frees : counters_mallocs(&app)) > 0;
}

/*
 * Return whether ${first}, a function that comes before ours, forwards its calls to us: then we
 * have counted some.  Early, it is enough that its object imports dlsym, which it needs to find us.
 * It is not called to find out, because its constructors may not have run.
 */
static bool forwards_calls(const void *first, const char *name, bool is_early)
{
	if (is_known_allocator(first))
		return false;
	return has_counted(name) ||
	       (is_early && (object_imports(first, "dlsym") || object_imports(first, "dlvsym")));
}

/* Return the first function ${name} if it is not ours and does not forward to us, else NULL. */
static const void *find_hiding(const char *name, bool is_early)
{
	const void *first = object_first(name);

	return is_ours(first) || forwards_calls(first, name, is_early) ? NULL : first;
}

bool coverage_is_in_front(void)
{
	for (size_t i = 0; i < STANDARD; i++)
		if (!is_ours(object_first(standard[i])))
			return false;
	return true;
}

bool coverage_sees_malloc(void)
{
	return find_hiding("malloc", true) == NULL;
}

struct search {
	char *why;
	size_t size;
	bool is_whole;
};

/* Return the index of ${name} in standard[], or STANDARD. */
static size_t standard_index(const char *name)
{
	size_t i = 0;

	while (i < STANDARD && (name[0] != standard[i][0] || strcmp(name, standard[i]) != 0))
		i++;
	return i;
}

/* Return whether ${name} is a function of an allocator that we do not count. */
static bool is_uncounted(const char *name)
{
	const char *mark = uncounted_mark(name);
	const void *found = mark ? object_first(name) : NULL;

	return found && !is_ours(found) && object_function(found, mark);
}

/*
 * Return whether the symbol ${name} of ${object} is bound elsewhere than in other objects
 * (RTLD_DEEPBIND).  A symbol that is not bound yet does not point to a function.
 */
static bool is_bound_elsewhere(const struct dl_phdr_info *object, const ElfW(Rela) * r,
			       const char *name)
{
	const void *target = object_target(object, r);

	return target && target != object_first(name) && target == object_function(target, name);
}

/*
 * Return a function that ${object} imports and whose calls are not counted, or NULL.  An object
 * that exports malloc may import another allocator's functions: its own malloc is counted.  Of
 * several standard functions return the first, as an object with another free has another malloc
 * too.
 */
static const char *find_uncounted_import(const struct dl_phdr_info *object,
					 const struct object_tables *t, bool is_allocator)
{
	const ElfW(Rela) * r;
	size_t first = STANDARD;

	for (size_t i = 0; (r = object_relocation(t, i)) != NULL; i++) {
		const ElfW(Sym) *s = object_referenced(t, r);
		const char *name;

		if (s == NULL || s->st_shndx != SHN_UNDEF)
			continue;
		name = t->names + s->st_name;
		if (!is_allocator && is_uncounted(name))
			return name;
		if (standard_index(name) < first && is_bound_elsewhere(object, r, name))
			first = standard_index(name);
	}
	return first < STANDARD ? standard[first] : NULL;
}

/* Return the name of an allocator API that ${object} exports, or NULL. */
static const char *find_exported_api(const struct dl_phdr_info *object)
{
	for (const char *const *mark = uncounted_marks; *mark; mark++)
		if (object_exports(object, *mark))
			return *mark;
	return NULL;
}

static int check_object(struct dl_phdr_info *object, size_t size, void *arg)
{
	struct search *search = arg;
	struct object_tables tables = object_tables(object);
	const char *who = object->dlpi_name[0] ? object->dlpi_name : "the program";
	const char *import, *api;
	bool is_allocator;

	(void)size;
	if (tables.symbols == NULL || tables.names == NULL)
		return 0;
	is_allocator = object_exports(object, "malloc") != NULL;
	import = find_uncounted_import(object, &tables, is_allocator);
	/* An object with malloc is the program's allocator, or find_hiding has reported it. */
	api = is_allocator ? NULL : find_exported_api(object);
	if (import)
		snprintf(search->why, search->size, "%s calls %s%s, which is not counted", who,
			 standard_index(import) < STANDARD ? "another allocator's " : "", import);
	else if (api)
		snprintf(search->why, search->size,
			 "%s has its own allocator (%s), which is not counted", who, api);
	search->is_whole = import == NULL && api == NULL;
	return !search->is_whole;
}

/* How many objects had ever been loaded: at the last check, and at the last coverage_is_stale. */
static unsigned long long checked_loads, last_loads;

static int get_loads(struct dl_phdr_info *object, size_t size, void *arg)
{
	unsigned long long *loads = arg;

	(void)size;
	*loads = object->dlpi_adds;
	return 1;
}

bool coverage_is_stale(void)
{
	unsigned long long before = last_loads;

	dl_iterate_phdr(get_loads, &last_loads);
	return last_loads != checked_loads && last_loads == before;
}

/* Return whether the program's calls of the standard functions reach us; if not, set ${why}. */
static bool sees_calls(char *why, size_t size, bool is_early)
{
	const char *tool = object_of_valgrind();

	if (tool) {
		snprintf(why, size, "%s replaces malloc everywhere, so nothing is counted", tool);
		return false;
	}
	for (size_t i = 0; i < STANDARD; i++) {
		const void *hiding = find_hiding(standard[i], is_early);
		const char *path = hiding ? object_path(hiding) : "";

		if (hiding == NULL)
			continue;
		snprintf(why, size, "%s has its own %s, which is not counted",
			 path[0] ? path : "the program", standard[i]);
		return false;
	}
	return true;
}

/* The dynamic linker's list of namespaces for debuggers, in glibc 2.35 and later. */
struct namespace
{
	struct r_debug debug;
	const struct namespace *next;
};

/* Older headers declare _r_debug without the link to the next namespace. */
static const struct namespace *first_namespace(void)
{
	const void *first = &_r_debug;

	__asm__("" : "+r"(first)); /* hides the declared size from the compiler */
	return first;
}

/* Another namespace (dlmopen, LD_AUDIT) has its own libc, and so its own malloc. */
static bool has_other_namespace(char *why, size_t size)
{
	const struct namespace *n = first_namespace();

	if (n->debug.r_version < 2)
		return false;
	while ((n = n->next) != NULL) {
		if (n->debug.r_map == NULL) /* closed */
			continue;
		snprintf(why, size,
			 "%s is in another namespace of the dynamic linker (dlmopen or LD_AUDIT), "
			 "whose malloc is not counted",
			 n->debug.r_map->l_name);
		return true;
	}
	return false;
}

bool coverage_is_whole(bool is_early, char *why, size_t size)
{
	struct search search = {.why = why, .size = size, .is_whole = true};

	dl_iterate_phdr(get_loads, &checked_loads);
	if (!sees_calls(why, size, is_early) || has_other_namespace(why, size))
		return false;
	dl_iterate_phdr(check_object, &search);
	return search.is_whole;
}
