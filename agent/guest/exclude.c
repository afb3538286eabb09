#include "agent/guest/exclude.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/base/dir.h"

/* The sidecar starts before main, so it is among the first threads. */
#define MAX_THREADS 16

static const char *const excluded[] = {
#define EXCLUDED(name) name,
#define EXCLUDED_OPTION(argument)
#include "agent/guest/excluded.def"
#undef EXCLUDED
#undef EXCLUDED_OPTION
};

static const char *const excluded_options[] = {
#define EXCLUDED(name)
#define EXCLUDED_OPTION(argument) argument,
#include "agent/guest/excluded.def"
#undef EXCLUDED
#undef EXCLUDED_OPTION
};

static bool is_sidecar(int tasks, const char *tid)
{
	char path[64];
	char name[16] = "";
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "%.20s/comm", tid);
	fd = openat(tasks, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, name, sizeof(name) - 1);
	close(fd);
	return n > 0 && strcmp(name, "memagent\n") == 0;
}

bool exclude_is_metered(pid_t pid)
{
	char path[64];
	int tasks;
	struct dir dir;
	const char *tid = "";
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tasks < 0)
		return false;
	dir_start(&dir, tasks);
	for (int i = 0; i < MAX_THREADS && !found && (tid = dir_next(&dir)) != NULL; i++)
		found = is_sidecar(tasks, tid);
	close(tasks);
	return found;
}

bool exclude_is_launched(void)
{
	const char *pid = secure_getenv("MEMAGENT_RUN_PID");

	return pid && atol(pid) == getpid();
}

static bool is_in(const char *name, const char *list)
{
	size_t n = strlen(name);

	while (*list) {
		size_t item = strcspn(list, ",");

		if (item == n && memcmp(list, name, n) == 0)
			return true;
		list += item + (list[item] == ',');
	}
	return false;
}

bool exclude_by_name(const char *name, const char *more)
{
	for (size_t i = 0; i < sizeof(excluded) / sizeof(excluded[0]); i++)
		if (strcmp(name, excluded[i]) == 0)
			return true;
	return is_in(name, more);
}

static bool is_excluded_option(const char *argument)
{
	for (size_t i = 0; i < sizeof(excluded_options) / sizeof(excluded_options[0]); i++)
		if (strcmp(argument, excluded_options[i]) == 0)
			return true;
	return false;
}

bool exclude_by_option(char *const *argv)
{
	for (; *argv; argv++)
		if (is_excluded_option(*argv))
			return true;
	return false;
}
