#include "agent/deliver/load.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "agent/deliver/transport.h"

/* It lies beside this library. */
const struct transport *load_http(char *error, size_t size)
{
	char path[4096];
	Dl_info here;
	const char *slash;
	void *object;
	transport_entry *entry = NULL;

	if (!dladdr((const void *)load_http, &here) || !(slash = strrchr(here.dli_fname, '/')) ||
	    (size_t)(slash - here.dli_fname) > sizeof(path) - sizeof("/" TRANSPORT_HTTP_OBJECT)) {
		snprintf(error, size, "cannot tell where %s is", TRANSPORT_HTTP_OBJECT);
		return NULL;
	}
	snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - here.dli_fname), here.dli_fname,
		 TRANSPORT_HTTP_OBJECT);
	/* Its libcurl stays out of the program's sight, but allocates as the program does. */
	object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (object)
		entry = (transport_entry *)dlsym(object, TRANSPORT_HTTP_SYMBOL);
	if (entry == NULL) {
		snprintf(error, size, "%s", dlerror());
		return NULL;
	}
	return entry();
}
