/*
 * A library loaded with RTLD_DEEPBIND takes libc's malloc, past the agent: its own
 * objects are not seen, but objects that change hands are met once only, and the
 * balance must not go below zero when a foreign object is freed by the program: it
 * is left out then.
 *
 * wants-points: unbalanced
 */
#include <dlfcn.h>

#include "expect.h"

int main(void)
{
	void *library = dlopen("$ORIGIN/lib/libguest.so", RTLD_NOW | RTLD_DEEPBIND);
	void *(*make)(size_t);

	CHECK(library != NULL);
	make = (void *(*)(size_t))dlsym(library, "guest_make");
	CHECK(make != NULL);
	for (int i = 0; i < 1000; i++)
		free(make(100));
	expect("frees", ">=", 1000);
	return 0;
}
