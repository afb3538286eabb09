#include "agent/guest/openssl.h"

#include <stddef.h>

#include "shim/object.h"

/* A process may have more than one: linked in, as a library, of two releases. */
#define MOST 4

static void (*postponed[MOST])(void *);
static int used;

bool openssl_defers(void (*handler)(void *))
{
	int i = __atomic_fetch_add(&used, 1, __ATOMIC_RELAXED);

	if (i >= MOST)
		return false;
	__atomic_store_n(&postponed[i], handler, __ATOMIC_RELAXED);
	return true;
}

/* A handler of the program's that ran since may have unloaded it. */
static bool is_there(void (*handler)(void *))
{
	return object_function((const void *)handler, "OPENSSL_cleanup") == (void *)handler;
}

/* In the order in which they would have run. */
void openssl_clean_up(void)
{
	for (int i = 0; i < MOST; i++) {
		void (*handler)(void *) = __atomic_load_n(&postponed[i], __ATOMIC_RELAXED);

		if (handler && is_there(handler))
			handler(NULL);
	}
}
