/*
 * next_system: looks up the interposed functions that are no allocation functions.
 */
#include <dlfcn.h>
#include <errno.h>
#include <gnu/libc-version.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "shim/next.h"
#include "shim/object.h"

static const struct function {
	const char *name;
	size_t at; /* in struct next */
} functions[] = {
    {"pthread_create", offsetof(struct next, pthread_create)},
    {"pthread_exit", offsetof(struct next, pthread_exit)},
    {"pthread_cancel", offsetof(struct next, pthread_cancel)},
    {"_exit", offsetof(struct next, _exit)},
    {"__cxa_atexit", offsetof(struct next, cxa_atexit)},
    {"__cxa_finalize", offsetof(struct next, cxa_finalize)},
    {"on_exit", offsetof(struct next, on_exit)},
    {"syscall", offsetof(struct next, syscall)},
    {"fork", offsetof(struct next, fork)},
    {"clone", offsetof(struct next, clone)},
    {"daemon", offsetof(struct next, daemon)},
    {"forkpty", offsetof(struct next, forkpty)},
};

/* Replaces a function that this libc lacks. */
static long fail_unsupported(void)
{
	errno = ENOSYS;
	return -1;
}

static void set(size_t at, const void *function)
{
	memcpy((char *)&next + at, &function, sizeof(function));
}

/* Older versions have this variable, too, but their fork reads another one. */
static char *find_single_threaded(void)
{
	if (strtol(strchr(gnu_get_libc_version(), '.') + 1, NULL, 10) < 36)
		return NULL;
	return dlsym(RTLD_NEXT, "__libc_single_threaded");
}

void next_resolve_system(void)
{
	static bool resolved;

	if (resolved)
		return;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		const void *found = dlsym(RTLD_NEXT, functions[i].name);

		set(functions[i].at, found ? found : (const void *)fail_unsupported);
	}
	next.single_threaded = find_single_threaded();
	/* Not every libc has it, and a failed dlsym allocates. */
	next._Fork = (pid_t(*)(void))object_function((const void *)next.fork, "_Fork");
	resolved = true;
}
