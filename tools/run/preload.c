#include "tools/run/preload.h"

#include <stdio.h>
#include <string.h>

char *preload_join(const char *library, const char *before)
{
	char *joined = NULL;

	if (before == NULL || before[0] == '\0')
		return strdup(library);
	for (const char *item = before; *item; item += strspn(item, ": ")) {
		size_t n = strcspn(item, ": ");

		if (strlen(library) == n && memcmp(item, library, n) == 0)
			return strdup(before);
		item += n;
	}
	return asprintf(&joined, "%s:%s", library, before) < 0 ? NULL : joined;
}
