/*
 * dlsym allocates while the agent looks malloc up.  The look-up neither recurses nor returns or
 * frees an object that the allocator does not know.
 *
 * with-preload: ours libhungry.so
 */
#include <dlfcn.h>

#include "expect.h"

int main(void)
{
	struct tally tally = {0};

	CHECK(dlsym(RTLD_DEFAULT, "malloc") != NULL);
	for (size_t size = 0; size < 1000; size++)
		tally_free(&tally, tally_malloc(&tally, size));
	/* Each look-up makes two objects.  The agent's look-ups may or may not be counted. */
	expect("mallocs", ">=", tally.mallocs + 2);
	expect("heap_objects", "=", 0);
	expect("heap_alloc_bytes", "=", 0);
	return 0;
}
