/*
 * atexit: wraps the registration of exit handlers.
 *
 * OpenSSL's clean-up handler is replaced by one that first asks the agent.  At the exit of the
 * process the agent may postpone the clean-up until it has stopped.  When OpenSSL is unloaded, its
 * handlers run too; then the clean-up runs at once, because its code is about to be unmapped.
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
#include "shim/sites/rules.h"

/* No libc header declares them; see the Itanium C++ ABI, "DSO Object Destruction API". */
EXPORT int __cxa_atexit(void (*handler)(void *), void *arg, void *object);
EXPORT void __cxa_finalize(void *object);

/* The object that this thread is unloading, or NULL. */
static THREAD_LOCAL const void *unloading;

static bool is_openssl_cleanup(void (*handler)(void *))
{
	return object_function((const void *)handler, "OPENSSL_cleanup") == (void *)handler;
}

static void run_openssl_cleanup(void *arg)
{
	void (*handler)(void *) = (void (*)(void *))arg;

	if (unloading || !hooks->defers(handler))
		handler(NULL);
}

/*
 * A handler of atexit has no argument; C++ destructors have one and are passed on.  The
 * caller may be the allocator in its first call, so only system functions are resolved here.
 */
EXPORT int __cxa_atexit(void (*handler)(void *), void *arg, void *object)
{
	next_resolve_system();
	if (handler && arg == NULL && is_openssl_cleanup(handler))
		return next.cxa_atexit(run_openssl_cleanup, (void *)handler, object);
	return next.cxa_atexit(handler, arg, object);
}

EXPORT void __cxa_finalize(void *object)
{
	const void *before = unloading;

	next_resolve_system();
	unloading = object;
	next.cxa_finalize(object);
	unloading = before;
	/* An object that is being unloaded calls this last. */
	if (object)
		rules_forget();
}

static bool has_on_exit;

EXPORT int on_exit(void (*handler)(int, void *), void *arg)
{
	next_resolve_system();
	has_on_exit = true;
	return next.on_exit(handler, arg);
}

/*
 * From glibc 2.41 on, exit holds a lock.  If the main thread calls pthread_exit in an exit handler,
 * it keeps that lock and a second exit never returns.  So exit is avoided, except for on_exit
 * handlers, which only exit can call.
 */
void shim_exit(void)
{
	if (has_on_exit)
		exit(0);
	next.cxa_finalize(NULL);
	fcloseall();
	_exit(0);
}
