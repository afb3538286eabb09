#include "agent/base/executable.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DELETED " (deleted)"
#define MEMFD "/memfd:"

static bool is_executable(const char *path)
{
	struct stat there, ours;

	return stat(path, &there) == 0 && stat(EXECUTABLE, &ours) == 0 &&
	       there.st_dev == ours.st_dev && there.st_ino == ours.st_ino;
}

/*
 * Remove the suffix that the kernel adds to the path of a removed or replaced file: an update of a
 * running program must not change its service name.  A file may really have such a name.
 */
static void cut_deleted(char *path)
{
	size_t n = strlen(path), more = strlen(DELETED);

	if (n > more && strcmp(path + n - more, DELETED) == 0 && !is_executable(path))
		path[n - more] = '\0';
}

void executable_path(char *out, size_t size)
{
	ssize_t n = readlink(EXECUTABLE, out, size - 1);

	out[n > 0 ? n : 0] = '\0';
	cut_deleted(out);
}

void executable_name(char *out, size_t size)
{
	char path[4096];
	const char *name = path;
	const char *slash;

	executable_path(path, sizeof(path));
	if (strncmp(name, MEMFD, strlen(MEMFD)) == 0)
		name += strlen(MEMFD);
	slash = strrchr(name, '/');
	if (slash)
		name = slash + 1;
	snprintf(out, size, "%.255s", *name ? name : program_invocation_short_name);
}
