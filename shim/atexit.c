/*
 * atexit: handlers for the exit are registered here, by the program's objects and its libraries'.
 *
 * All are passed on but those that the agent postpones until after its own end.
 */
#include "shim/cc.h"
#include "shim/hooks.h"
#include "shim/next.h"

/* libc has no header for it; see the Itanium C++ ABI, "DSO Object Destruction API". */
EXPORT int __cxa_atexit(void (*handler)(void *), void *arg, void *object);

EXPORT int __cxa_atexit(void (*handler)(void *), void *arg, void *object)
{
	if (hooks->postpones(handler))
		return 0;
	next_resolve();
	return next.cxa_atexit(handler, arg, object);
}
