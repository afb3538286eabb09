/* outer: a library that loads another one, which its own RUNPATH leads to (lib/inner/). */
#include <dlfcn.h>
#include <stdlib.h>

int outer_load(void);

int outer_load(void)
{
	void *library = dlopen("libinner.so", RTLD_NOW);
	void *(*make)(void);

	if (library == NULL)
		return -1;
	make = (void *(*)(void))dlsym(library, "inner_make");
	if (make == NULL)
		return -1;
	free(make());
	return dlclose(library);
}
