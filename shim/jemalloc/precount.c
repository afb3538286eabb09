#include "shim/jemalloc/precount.h"

#include <errno.h>

#include "shim/counters.h"
#include "shim/jemalloc/embedded.h"
#include "shim/threads.h"

/* More than there can be; volatile, so that nobody thinks to know what comes of it. */
static volatile size_t too_large = PTRDIFF_MAX;

/* jemalloc's way to errno. */
int *embedded_errno(void)
{
	struct counters *c = threads_own.self;
	size_t size = threads_own.asked;

	threads_own.asked = 0;
	if (c && size) {
		counters_unmade(c, size, OWN);
		counters_failed(c, OWN);
	}
	return &errno;
}

/* Nothing is counted for it: before threads_init no thread counts the fast way. */
bool precount_works(void)
{
	bool aborts = false;
	size_t size = sizeof(aborts);

	/* Where it is built so, jemalloc can be told to end the process instead. */
	if (embedded_mallctl("opt.xmalloc", &aborts, &size, NULL, 0) == 0 && aborts)
		return false;
	threads_own.asked = 1;
	if (embedded_malloc(too_large) != NULL || threads_own.asked)
		return false;
	threads_own.asked = 1;
	return embedded_calloc(too_large, 1) == NULL && !threads_own.asked;
}
