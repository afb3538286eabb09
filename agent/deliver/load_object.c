#include "agent/deliver/load_object.h"

#include <dlfcn.h>
#include <stdio.h>

#include "agent/deliver/transport.h"

const struct transport *load_object(const char *path, char *error, size_t size)
{
	/* RTLD_LOCAL hides its libcurl from the program.  It still uses the program's malloc. */
	void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	transport_entry *entry = NULL;

	if (object)
		entry = (transport_entry *)dlsym(object, TRANSPORT_HTTP_SYMBOL);
	if (entry == NULL) {
		snprintf(error, size, "%s", dlerror());
		return NULL;
	}
	return entry();
}
