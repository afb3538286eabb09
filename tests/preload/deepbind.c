/*
 * A library loaded with RTLD_DEEPBIND takes libc's malloc, past the agent: its own
 * objects are not seen, but objects that change hands are met once only, and the
 * balance must not go below zero when a foreign object is freed by the program: it
 * is left out then.  The agent says so, when it next looks.
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
