#include "tools/run/library.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/utsname.h>

static int is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* Take the first file that fits the pattern.  Return whether there is one. */
static int look(struct library *library, const char *pattern)
{
	glob_t found;

	library->path[0] = '\0';
	if (glob(pattern, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc && library->path[0] == '\0'; i++)
			if (is_file(found.gl_pathv[i]))
				snprintf(library->path, sizeof(library->path), "%s",
					 found.gl_pathv[i]);
		globfree(&found);
	}
	return library->path[0] != '\0';
}

static int look_in(struct library *library, const char *base, const char *between)
{
	char path[PATH_MAX + 256];

	snprintf(path, sizeof(path), "%s%s/%s", base, between, library->name);
	if (strpbrk(base, "*?[\\") != NULL) { /* no pattern, then */
		snprintf(library->path, sizeof(library->path), "%.*s", PATH_MAX - 1,
			 is_file(path) ? path : "");
		return library->path[0] != '\0';
	}
	return look(library, path);
}

/* Of several architectures' directories, rather the machine's own. */
static int look_in_lib(struct library *library, const char *lib)
{
	static const char *const below[] = {"", "/memagent"};
	char own[128];
	struct utsname system;

	uname(&system);
	for (size_t i = 0; i < 2; i++)
		if (look_in(library, lib, below[i]))
			return 1;
	for (size_t i = 0; i < 2; i++) {
		snprintf(own, sizeof(own), "/%s-linux-*%s", system.machine, below[i]);
		if (look_in(library, lib, own))
			return 1;
		snprintf(own, sizeof(own), "/*-linux-*%s", below[i]);
		if (look_in(library, lib, own))
			return 1;
	}
	return 0;
}

void library_find(struct library *library)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): so the kernel passes it */
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
	if (look_in(library, self, ""))
		return;
	snprintf(lib, sizeof(lib), "%.*s/lib",
		 (int)(strrchr(self, '/') ? strrchr(self, '/') - self : 0), self);
	if (look_in_lib(library, lib))
		return;
	snprintf(library->missing, sizeof(library->missing), "%s is neither beside %s/%s nor in %s",
		 library->name, self, slash + 1, lib);
}
