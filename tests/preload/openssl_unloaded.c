/*
 * A library with OpenSSL linked in is unloaded.  Its clean-up runs at that moment, and not at the
 * exit of the process, when its code is gone.  The same holds when an exit handler unloads it.
 *
 * with-env: MEMAGENT_URL=http://127.0.0.1:1 MEMAGENT_LOG=off
 * wants-status: 3
 * wants-points: none
 */
#include <dlfcn.h>

#include "expect.h"

static void *library;

static void use(const char *text)
{
	void (*use_it)(const char *text);

	library = dlopen("$ORIGIN/lib/libcleanup.so", RTLD_NOW);
	CHECK(library != NULL);
	use_it = (void (*)(const char *))dlsym(library, "cleanup_use");
	CHECK(use_it != NULL);
	use_it(text);
}

static void unload(void)
{
	CHECK(dlclose(library) == 0);
	say(STDOUT_FILENO, "unloaded\n");
}

int main(void)
{
	use("cleaned up\n");
	unload();
	CHECK(atexit(unload) == 0);
	use(""); /* nothing can observe whether it cleans up then */
	return 3;
}
