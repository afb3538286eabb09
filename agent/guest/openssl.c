#include "agent/guest/openssl.h"

#include <stddef.h>

#include "shim/object.h"

/* A process may have several copies of OpenSSL: linked in, or libraries of two releases. */
#define MAX_COPIES 4

static void (*postponed[MAX_COPIES])(void *);
static int used;

bool openssl_defers(void (*handler)(void *))
{
	int i = __atomic_fetch_add(&used, 1, __ATOMIC_RELAXED);

	if (i >= MAX_COPIES)
		return false;
	__atomic_store_n(&postponed[i], handler, __ATOMIC_RELAXED);
	return true;
}

/* Return whether ${handler} is still loaded: a later exit handler may have unloaded it. */
static bool is_loaded(void (*handler)(void *))
{
	return object_function((const void *)handler, "OPENSSL_cleanup") == (void *)handler;
}

/* The order is that in which exit would have called them. */
void openssl_clean_up(void)
{
	for (int i = 0; i < MAX_COPIES; i++) {
		void (*handler)(void *) = __atomic_load_n(&postponed[i], __ATOMIC_RELAXED);

		if (handler && is_loaded(handler))
			handler(NULL);
	}
}
