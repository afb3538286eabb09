/*
 * Each library is found by the RUNPATH of the object that loads it: the program's leads to the
 * first, the first one's to the second.  A wrapper of dlopen would break that.
 */
#include <dlfcn.h>

#include "expect.h"

int main(void)
{
	for (int i = 0; i < 20; i++) {
		void *library = dlopen("libouter.so", RTLD_NOW);
		int (*load)(void);

		CHECK(library != NULL);
		load = (int (*)(void))dlsym(library, "outer_load");
		CHECK(load != NULL && load() == 0);
		CHECK(dlclose(library) == 0);
	}
	CHECK(dlopen("libinner.so", RTLD_NOW) == NULL);
	return 0;
}
