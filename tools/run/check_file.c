#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tools/run/check.h"

/* The file does not exist: check that it can be created. */
static void check_directory(const char *path)
{
	int n = (int)(strrchr(path, '/') - path);
	char dir[4096];
	struct stat st;

	snprintf(dir, sizeof(dir), "%.*s", n ? n : 1, path);
	if (stat(dir, &st) || !S_ISDIR(st.st_mode))
		check_fail("server", "%s is not a directory: create it", dir);
	else if (access(dir, W_OK | X_OK))
		check_fail("server", "no file can be made in %s: see its mode and owner", dir);
	else
		check_pass("server", "%s can be made", path);
}

void check_file(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		check_directory(path);
	else if (S_ISDIR(st.st_mode))
		check_fail("server", "%s is a directory: name a file in it", path);
	else if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))
		check_pass("server", "%s takes every point and keeps none", path);
	else if (!S_ISREG(st.st_mode))
		check_fail("server", "%s is not a regular file: name one that is, or a new one",
			   path);
	else if (access(path, W_OK))
		check_fail("server", "%s cannot be written to: see its mode and owner", path);
	else
		check_pass("server", "%s can be appended to", path);
}
