#include "tools/run/library.h"

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/utsname.h>

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* Append ${path} to the pattern that ends at ${end}.  Return the new end. */
static char *append_quoted(char *end, const char *path)
{
	while (*path) {
		if (strchr("*?[\\{},", *path))
			*end++ = '\\';
		*end++ = *path++;
	}
	return end;
}

/* Set the path to the first file that matches. */
static void find_first(struct library *library, const char *pattern)
{
	glob_t found;

	library->path[0] = '\0';
	if (glob(pattern, GLOB_BRACE, NULL, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc && library->path[0] == '\0'; i++)
		if (is_file(found.gl_pathv[i]))
			snprintf(library->path, sizeof(library->path), "%s", found.gl_pathv[i]);
	globfree(&found);
}

void library_find(struct library *library)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel passes it so */
	const char *started = (const char *)getauxval(AT_EXECFN);
	char prefix[PATH_MAX] = "", pattern[4 * PATH_MAX + 256], *name, *end;
	struct utsname system;

	library->path[0] = library->directory[0] = '\0';
	if (started == NULL || realpath(started, library->directory) == NULL) {
		snprintf(library->missing, sizeof(library->missing),
			 "%s cannot be found, because this program cannot tell where it is",
			 library->name);
		return;
	}
	name = strrchr(library->directory, '/');
	*name++ = '\0';
	end = strrchr(library->directory, '/');
	snprintf(prefix, sizeof(prefix), "%.*s", (int)(end ? end - library->directory : 0),
		 library->directory);
	/* Of several architectures' directories, prefer this machine's. */
	uname(&system);
	*pattern = '{';
	end = append_quoted(pattern + 1, library->directory);
	*end++ = ',';
	end = append_quoted(end, prefix);
	snprintf(end, 256, "/lib{,/memagent,{/%s-linux-*,/*-linux-*}{,/memagent}}}/%s",
		 system.machine, library->name);
	find_first(library, pattern);
	snprintf(library->missing, sizeof(library->missing),
		 "%s is neither beside %s/%s nor in %s/lib", library->name, library->directory,
		 name, prefix);
}

char *library_join(const char *library, const char *before)
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
