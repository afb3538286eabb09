#include "shim/jemalloc/ahead.h"

#include <errno.h>

#include "shim/counters.h"
#include "shim/jemalloc/embedded.h"
#include "shim/threads.h"

/* More than there can be; volatile, so that nobody thinks to know what comes of it. */
static volatile size_t too_large = PTRDIFF_MAX;

THREAD_LOCAL size_t ahead_asked = AHEAD_NOTHING;

/* jemalloc's way to errno. */
int *embedded_errno(void)
{
	struct counters *c = threads_fast;
	size_t size = ahead_asked;

	ahead_asked = AHEAD_NOTHING;
	if (c && size != AHEAD_NOTHING) {
		counters_unmade(c, size, OWN);
		counters_failed(c, OWN);
	}
	return &errno;
}

/* Nothing is counted for it: before threads_init no thread counts the fast way. */
bool ahead_works(void)
{
	bool aborts = false;
	size_t size = sizeof(aborts);

	/* Where it is built so, jemalloc can be told to end the process instead. */
	if (embedded_mallctl("opt.xmalloc", &aborts, &size, NULL, 0) == 0 && aborts)
		return false;
	ahead_asked = 0;
	if (embedded_malloc(too_large) != NULL || ahead_asked != AHEAD_NOTHING)
		return false;
	ahead_asked = 0;
	return embedded_calloc(too_large, 1) == NULL && ahead_asked == AHEAD_NOTHING;
}
