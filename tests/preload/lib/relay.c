/*
 * relay: another preload, which passes calls on.  Like most, it looks up the next function at the
 * first call.  Its constructor allocates, maybe before ours has run.  While dlsym runs, its calloc
 * returns NULL, which dlsym accepts.
 */
#include <dlfcn.h>
#include <stdlib.h>

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static void (*next_free)(void *);
static int resolving;

static void *next(const char *name)
{
	void *function;

	resolving++;
	function = dlsym(RTLD_NEXT, name);
	resolving--;
	return function;
}

void *malloc(size_t size)
{
	if (next_malloc == NULL)
		next_malloc = next("malloc");
	return next_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	if (next_calloc == NULL) {
		if (resolving)
			return NULL;
		next_calloc = next("calloc");
	}
	return next_calloc(count, size);
}

void *realloc(void *object, size_t size)
{
	if (next_realloc == NULL)
		next_realloc = next("realloc");
	return next_realloc(object, size);
}

void free(void *object)
{
	if (next_free == NULL)
		next_free = next("free");
	next_free(object);
}

__attribute__((constructor)) static void construct(void)
{
	free(realloc(calloc(1, 10), 20));
}
