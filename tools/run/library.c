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

/* Set the path to the first file of the library's name in ${base}${folder}, which is a pattern. */
static bool find_in(struct library *library, const char *base, const char *folder)
{
	char pattern[2 * PATH_MAX + 256], *end = pattern;
	glob_t found;

	/* The installation's own path is not a pattern. */
	for (; *base; *end++ = *base++)
		if (strchr("*?[\\", *base))
			*end++ = '\\';
	snprintf(end, 256, "%s/%s", folder, library->name);
	library->path[0] = '\0';
	if (glob(pattern, 0, NULL, &found))
		return false;
	for (size_t i = 0; i < found.gl_pathc && library->path[0] == '\0'; i++)
		if (is_file(found.gl_pathv[i]))
			snprintf(library->path, sizeof(library->path), "%s", found.gl_pathv[i]);
	globfree(&found);
	return library->path[0] != '\0';
}

/* Of several architectures' directories, prefer this machine's. */
static bool find_in_lib(struct library *library, const char *lib)
{
	static const char *const below[] = {"",
					    "/memagent",
					    "/%s-linux-*",
					    "/*-linux-*",
					    "/%s-linux-*/memagent",
					    "/*-linux-*/memagent"};
	char folder[128];
	struct utsname system;

	uname(&system);
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		snprintf(folder, sizeof(folder), below[i], system.machine);
		if (find_in(library, lib, folder))
			return true;
	}
	return false;
}

void library_find(struct library *library)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel passes it so */
	const char *started = (const char *)getauxval(AT_EXECFN);
	char self[PATH_MAX] = "", lib[PATH_MAX];
	char *slash;

	library->path[0] = '\0';
	if (started == NULL || realpath(started, self) == NULL) {
		snprintf(library->missing, sizeof(library->missing),
			 "%s cannot be found, because this program cannot tell where it is",
			 library->name);
		return;
	}
	slash = strrchr(self, '/');
	*slash = '\0';
	if (find_in(library, self, ""))
		return;
	snprintf(lib, sizeof(lib), "%.*s/lib",
		 (int)(strrchr(self, '/') ? strrchr(self, '/') - self : 0), self);
	if (find_in_lib(library, lib))
		return;
	snprintf(library->missing, sizeof(library->missing), "%s is neither beside %s/%s nor in %s",
		 library->name, self, slash + 1, lib);
}
