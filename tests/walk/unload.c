/*
 * Loads ./small.so and ./large.so in turns, which are mapped at the same address, and allocates
 * below a frame of each.
 */
#include <dlfcn.h>
#include <stdlib.h>

#define ROUNDS 500

typedef int pass(void (*function)(void));

static void allocate(void)
{
	free(malloc(100000)); /* not a mapping of its own */
}

static int use(const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	pass *function = library ? (pass *)dlsym(library, "pass") : NULL;
	int result = 1;

	if (function)
		result = function(allocate);
	if (library)
		dlclose(library);
	return result;
}

int main(void)
{
	int failed = 0;

	for (int i = 0; i < ROUNDS; i++)
		failed |= use(i % 2 ? "./small.so" : "./large.so");
	return failed;
}
