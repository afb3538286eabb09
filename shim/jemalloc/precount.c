#include "shim/jemalloc/precount.h"

#include <errno.h>

#include "shim/counters.h"
#include "shim/jemalloc/embedded.h"
#include "shim/threads.h"

/* Larger than any object.  Volatile, so that the compiler cannot predict the result. */
static volatile size_t too_large = PTRDIFF_MAX;

/* jemalloc calls this when it sets errno, and so when an allocation has failed. */
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

/* This counts nothing: before threads_init no thread has a block. */
bool precount_works(void)
{
	bool aborts = false;
	size_t size = sizeof(aborts);

	/* jemalloc may be configured to abort instead of returning NULL. */
	if (embedded_mallctl("opt.xmalloc", &aborts, &size, NULL, 0) == 0 && aborts)
		return false;
	threads_own.asked = 1;
	if (embedded_malloc(too_large) != NULL || threads_own.asked)
		return false;
	threads_own.asked = 1;
	return embedded_calloc(too_large, 1) == NULL && !threads_own.asked;
}
