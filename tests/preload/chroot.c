/*
 * The program does chroot into an empty directory, without /proc and without the file of points.
 * No thread stays outside, and delivery continues.
 */
#include <dirent.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "privileges.h"

static void check_roots(int tasks, ino_t inside)
{
	char listing[4096], path[300];
	struct stat st;
	long length = syscall(SYS_getdents64, tasks, listing, sizeof(listing));

	CHECK(length > 0);
	for (long at = 0; at < length;) {
		const struct dirent64 *entry = (const struct dirent64 *)(listing + at);

		at += entry->d_reclen;
		snprintf(path, sizeof(path), "%s/root", entry->d_name);
		if (entry->d_name[0] != '.' && fstatat(tasks, path, &st, 0) == 0)
			CHECK(st.st_ino == inside);
	}
}

/* Return whether the agent's thread has opened its destination: a file, or a socket. */
static bool is_open(int tasks, const char *thread)
{
	char path[300], file[300];

	for (int number = 3; number < 20; number++) {
		ssize_t length;

		snprintf(path, sizeof(path), "%s/fd/%d", thread, number);
		length = readlinkat(tasks, path, file, sizeof(file) - 1);
		file[length < 0 ? 0 : length] = '\0';
		if (strncmp(file, "socket:", 7) == 0 || strstr(file, "/points") != NULL)
			return true;
	}
	return false;
}

/* By then it must have opened what it needs from outside, as a daemon's agent has. */
static void wait_for_agent(int tasks)
{
	char listing[4096];
	bool found = getenv("EXPECT") == NULL;

	for (int i = 0; !found; i++) {
		long length;

		CHECK(i < 1000 && lseek(tasks, 0, SEEK_SET) == 0);
		usleep(10000);
		length = syscall(SYS_getdents64, tasks, listing, sizeof(listing));
		CHECK(length > 0);
		for (long at = 0; at < length;) {
			const struct dirent64 *entry = (const struct dirent64 *)(listing + at);

			at += entry->d_reclen;
			if (atoi(entry->d_name) != 0 && atoi(entry->d_name) != getpid())
				found = found || is_open(tasks, entry->d_name);
		}
	}
	CHECK(lseek(tasks, 0, SEEK_SET) == 0);
}

int main(void)
{
	struct stat st;
	int tasks;

	need_root();
	/* Written before the chroot; inside there is no way to. */
	expect("mallocs", "=", 2000);
	expect("agent_coverage", "=", 1);
	expect("rss_bytes", ">=", 1);
	for (int i = 0; i < 1000; i++)
		CHECK(malloc(100) != NULL);
	tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY);
	CHECK(tasks >= 0);
	wait_for_agent(tasks);
	CHECK(mkdir("inside", 0700) == 0 && stat("inside", &st) == 0);
	CHECK(chroot("inside") == 0 && chdir("/") == 0);
	check_roots(tasks, st.st_ino);
	for (int i = 0; i < 1000; i++)
		CHECK(malloc(100) != NULL);
	usleep(100000); /* ten points */
	return 0;
}
