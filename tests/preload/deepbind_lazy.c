/*
 * As deepbind.c, but the library is bound lazily and first calls malloc long after it was loaded.
 * The agent finds it because it checks again and again.
 *
 * wants-line: liblazy.so calls another allocator's malloc, which is not counted
 * wants-points: unbalanced
 * not-with-jemalloc: libc's free crashes on objects that libc has not made
 */
#include <dlfcn.h>

#include "points.h"

int main(void)
{
	void *library = dlopen("$ORIGIN/lib/liblazy.so", RTLD_LAZY | RTLD_DEEPBIND);
	void *(*make)(size_t);

	CHECK(library != NULL);
	make = (void *(*)(size_t))dlsym(library, "lazy_make");
	CHECK(make != NULL);
	/* The agent checks when it has seen the new object, at one of its next points. */
	points_wait_for_more();
	for (int i = 0; i < 1000; i++)
		free(make(100));
	points_wait_for("agent_coverage=0i");
	expect("agent_coverage", "=", 0);
	return 0;
}
