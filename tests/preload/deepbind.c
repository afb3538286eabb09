/*
 * A library loaded with RTLD_DEEPBIND calls libc's malloc directly.  Its own objects are not
 * counted.  An object of one side that the other frees is counted once only, so the balance is
 * unknown and left out.  The agent reports the library at its next check.
 *
 * wants-line: libguest.so calls another allocator's malloc, which is not counted
 * wants-points: unbalanced
 * not-with-jemalloc: libc's free crashes on objects that libc has not made
 */
#include <dlfcn.h>

#include "points.h"

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
	points_wait_for("agent_coverage=0i");
	expect("agent_coverage", "=", 0);
	return 0;
}
