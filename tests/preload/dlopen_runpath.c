/*
 * A library that only the RUNPATH of whoever asks can find: the program's leads to
 * the first, and that one's leads it to the second.  If dlopen were hooked, the one
 * who asks would be the agent (heaptrack#48, memray#212).
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
