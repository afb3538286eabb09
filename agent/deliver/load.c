#include "agent/deliver/load.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/deliver/load_object.h"
#include "agent/deliver/transport.h"

static char path[8192]; /* "" if unknown */

/* The shared object is in this library's directory; the linker may know that by a relative path. */
void load_remember(void)
{
	char directory[4096] = "";
	const char *separator = "";
	Dl_info here;
	const char *slash;
	int n;

	if (path[0] || !dladdr((const void *)load_http, &here) ||
	    !(slash = strrchr(here.dli_fname, '/')))
		return;
	if (here.dli_fname[0] != '/' && getcwd(directory, sizeof(directory)))
		separator = "/";
	n = snprintf(path, sizeof(path), "%s%s%.*s/%s", directory, separator,
		     (int)(slash - here.dli_fname), here.dli_fname, TRANSPORT_HTTP_OBJECT);
	if (n < 0 || (size_t)n >= sizeof(path))
		path[0] = '\0';
}

const struct transport *load_http(char *error, size_t size)
{
	if (path[0] == '\0') {
		snprintf(error, size, "cannot load %s: the path of the agent's library is unknown",
			 TRANSPORT_HTTP_OBJECT);
		return NULL;
	}
	return load_object(path, error, size);
}
