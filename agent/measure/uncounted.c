#include "agent/measure/uncounted.h"

#include <string.h>

const char *const uncounted_marks[] = {"mallocx", "je_mallocx", "tc_malloc", "mi_malloc", NULL};

/* Allocators whose functions have a prefix. */
static const struct family {
	const char *prefix, *mark;
} families[] = {
    {"je_", "je_mallocx"},
    {"tc_", "tc_malloc"},
    {"mi_", "mi_malloc"},
};

/* Functions without a prefix. */
static const struct single {
	const char *name, *mark;
} singles[] = {
    {"mallocx", "mallocx"},	 {"rallocx", "mallocx"},       {"xallocx", "mallocx"},
    {"dallocx", "mallocx"},	 {"sdallocx", "mallocx"},      {"__libc_malloc", "malloc"},
    {"__libc_calloc", "malloc"}, {"__libc_realloc", "malloc"}, {"__libc_memalign", "malloc"},
    {"__libc_valloc", "malloc"}, {"__libc_pvalloc", "malloc"}, {"__libc_free", "malloc"},
};

/* A function whose name contains one of these words changes an object ... */
static const char *const actions[] = {
    "alloc", "memalign", "new", "dup", "realpath", "expand", "free", "delete", "destroy",
};

/* ... unless its name contains one of these. */
static const char *const exceptions[] = {
    "malloc_size", "usable_size", "good_size", "malloc_stats",
    "nallocx",	   "sallocx",	  "new_mode",  "register",
};

static int contains_any(const char *name, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(name, words[i]))
			return 1;
	return 0;
}

#define CONTAINS_ANY(name, words) contains_any(name, words, sizeof(words) / sizeof((words)[0]))

const char *uncounted_mark(const char *name)
{
	/* Test the first letter first, for speed: a large program has many names. */
	if (strchr("jtmrxds", name[0]) == NULL && strncmp(name, "__libc_", 7) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		const struct family *f = &families[i];

		if (strncmp(name, f->prefix, strlen(f->prefix)) == 0)
			return CONTAINS_ANY(name, actions) && !CONTAINS_ANY(name, exceptions)
				   ? f->mark
				   : NULL;
	}
	for (size_t i = 0; i < sizeof(singles) / sizeof(singles[0]); i++)
		if (strcmp(name, singles[i].name) == 0)
			return singles[i].mark;
	return NULL;
}
