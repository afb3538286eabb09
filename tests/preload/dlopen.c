/*
 * A library allocates in its constructor, in use, in its destructor and in thread-local storage.
 * It is loaded and unloaded repeatedly, by way of the caller's $ORIGIN, which a wrapper of dlopen
 * would break.  The dynamic linker's own objects are counted too, so only the balance is checked.
 */
#include <dlfcn.h>

#include "expect.h"

int main(void)
{
	struct tally tally = {0};

	for (int i = 0; i < 50; i++) {
		void *library = dlopen("$ORIGIN/lib/libguest.so", i % 2 ? RTLD_NOW : RTLD_LAZY);
		void *(*make)(size_t);
		void (*destroy)(void *);

		CHECK(library != NULL);
		make = (void *(*)(size_t))dlsym(library, "guest_make");
		destroy = (void (*)(void *))dlsym(library, "guest_destroy");
		CHECK(make != NULL && destroy != NULL);
		/* guest_make keeps nothing: the caller owns the object. */
		destroy(tally_gone(&tally, tally_made(&tally, make(100), 100)));
		CHECK(dlclose(library) == 0);
		/* One from its constructor, freed in its destructor, and one that the thread keeps.
		 */
		tally.mallocs++;
		tally.frees++;
	}
	tally_expect_at_least(&tally);
	/* What the dynamic linker keeps does not grow with the rounds. */
	expect("heap_objects", "<=", 20);
	return 0;
}
