/*
 * next_system: the functions beside the allocator's that we stand in front of.
 */
#include <dlfcn.h>

#include "shim/next.h"
#include "shim/object.h"

void next_resolve_system(void)
{
	if (next.forkpty) /* the last one */
		return;
	next.pthread_create = (int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
				       void *))dlsym(RTLD_NEXT, "pthread_create");
	next.pthread_exit = (void (*)(void *))dlsym(RTLD_NEXT, "pthread_exit");
	next.pthread_cancel = (int (*)(pthread_t))dlsym(RTLD_NEXT, "pthread_cancel");
	next._exit = (void (*)(int))dlsym(RTLD_NEXT, "_exit");
	next.cxa_atexit =
	    (int (*)(void (*)(void *), void *, void *))dlsym(RTLD_NEXT, "__cxa_atexit");
	next.cxa_finalize = (void (*)(void *))dlsym(RTLD_NEXT, "__cxa_finalize");
	next.syscall = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	next.fork = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
	next.clone = (int (*)(int (*)(void *), void *, int, void *, ...))dlsym(RTLD_NEXT, "clone");
	next.daemon = (int (*)(int, int))dlsym(RTLD_NEXT, "daemon");
	next.forkpty = (int (*)(int *, char *, const struct termios *,
				const struct winsize *))dlsym(RTLD_NEXT, "forkpty");
	/* Not every libc has it, and a look-up by dlsym that fails allocates. */
	next._Fork = (pid_t(*)(void))object_function((const void *)next.fork, "_Fork");
}
