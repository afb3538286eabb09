/*
 * hungry: a dlsym that allocates, as in older libcs and in other preloads that wrap it.  A look-up
 * of malloc with it calls malloc again.
 */
#include <dlfcn.h>
#include <stdlib.h>

extern void *dlvsym(void *handle, const char *name, const char *version);

void *dlsym(void *handle, const char *name)
{
	static void *(*real)(void *, const char *);

	if (real == NULL)
		real = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
	free(calloc(1, 32));
	free(malloc(32));
	/* A tail call keeps the caller's return address, which RTLD_NEXT depends on. */
	return real(handle, name);
}
