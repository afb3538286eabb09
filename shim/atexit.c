/*
 * atexit: handlers for the exit are registered here, by the program's objects and its libraries'.
 *
 * OpenSSL's clean-up is registered as a handler that asks the agent when its time has come: at the
 * exit of the process the agent may want to do it later, after its own end.  An object that is
 * unloaded runs its handlers, too, and after that there is nothing left to be called; then it is
 * done at once.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "shim/cc.h"
#include "shim/hooks.h"
#include "shim/next.h"
#include "shim/object.h"
#include "shim/shim.h"

/* libc has no header for them; see the Itanium C++ ABI, "DSO Object Destruction API". */
EXPORT int __cxa_atexit(void (*handler)(void *), void *arg, void *object);
EXPORT void __cxa_finalize(void *object);

/* The object whose handlers run in this thread because it goes, or NULL. */
static THREAD_LOCAL const void *going;

static bool cleans_openssl_up(void (*handler)(void *))
{
	return object_function((const void *)handler, "OPENSSL_cleanup") == (void *)handler;
}

static void clean_up(void *arg)
{
	void (*handler)(void *) = (void (*)(void *))arg;

	if (going || !hooks->defers(handler))
		handler(NULL);
}

/*
 * Without an argument by way of atexit only; the destructors of C++ are not looked at.  The
 * allocator may be the caller, in the middle of its first call, so it is left alone here.
 */
EXPORT int __cxa_atexit(void (*handler)(void *), void *arg, void *object)
{
	next_resolve_system();
	if (handler && arg == NULL && cleans_openssl_up(handler))
		return next.cxa_atexit(clean_up, (void *)handler, object);
	return next.cxa_atexit(handler, arg, object);
}

EXPORT void __cxa_finalize(void *object)
{
	const void *before = going;

	next_resolve_system();
	going = object;
	next.cxa_finalize(object);
	going = before;
}

static bool has_on_exit;

EXPORT int on_exit(void (*handler)(int, void *), void *arg)
{
	next_resolve_system();
	has_on_exit = true;
	return next.on_exit(handler, arg);
}

/*
 * A main thread that leaves in an exit handler keeps the lock of exit (glibc 2.41): every other
 * thread would wait for it for ever.  Only exit itself calls the handlers of on_exit, which few
 * programs have.
 */
void shim_exit(void)
{
	if (has_on_exit)
		exit(0);
	next.cxa_finalize(NULL);
	fcloseall();
	_exit(0);
}
