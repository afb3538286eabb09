#ifndef MEMAGENT_TEST_RIGHTS_H
#define MEMAGENT_TEST_RIGHTS_H
/*
 * rights: whether all threads of the process, the agent's too, may what main may.
 *
 * Memory   never allocates.
 * Source   proc(5), /proc/PID/task/TID/status.
 */
#include <dirent.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "expect.h"

enum { RIGHTS_NOBODY = 65534, RIGHTS_BYTES = 4096 };

/* Only root has rights that can be given up. */
static inline void rights_need_root(void)
{
	if (getuid() != 0)
		skip("only root can do what it tests");
}

/* A system call that no library sees. */
static inline long rights_bare_call(long number, long a, long b, long c)
{
#ifdef __x86_64__
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
#else
	(void)number, (void)a, (void)b, (void)c;
	skip("only the system calls of x86-64 are known here");
#endif
}

/* Copy the lines on rights from the status of ${thread}; return false when it is gone. */
static inline bool rights_of(int tasks, const char *thread, char out[RIGHTS_BYTES])
{
	static const char *const keys[] = {"Uid:", "Gid:",	  "Groups:",
					   "Cap",  "NoNewPrivs:", "Seccomp"};
	char path[300], status[RIGHTS_BYTES];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "%s/status", thread);
	fd = openat(tasks, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	length = read(fd, status, sizeof(status) - 1);
	close(fd);
	if (length <= 0)
		return false;
	status[length] = '\0';
	out[0] = '\0';
	for (char *line = strtok(status, "\n"); line != NULL; line = strtok(NULL, "\n"))
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (strncmp(line, keys[i], strlen(keys[i])) == 0)
				strcat(strcat(out, line), "\n");
	return true;
}

/* Whether no thread of the process has other rights than the main one. */
static inline bool rights_are_equal(void)
{
	char listing[4096], main_thread[32], main_rights[RIGHTS_BYTES], rights[RIGHTS_BYTES];
	int tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool equal = true;
	long length;

	CHECK(tasks >= 0);
	snprintf(main_thread, sizeof(main_thread), "%d", getpid());
	CHECK(rights_of(tasks, main_thread, main_rights));
	CHECK(strstr(main_rights, "CapBnd:") != NULL && strstr(main_rights, "Seccomp:") != NULL);
	length = syscall(SYS_getdents64, tasks, listing, sizeof(listing));
	CHECK(length > 0);
	for (long at = 0; at < length;) {
		const struct dirent64 *entry = (const struct dirent64 *)(listing + at);

		at += entry->d_reclen;
		if (entry->d_name[0] != '.' && rights_of(tasks, entry->d_name, rights))
			equal = equal && strcmp(rights, main_rights) == 0;
	}
	close(tasks);
	return equal;
}

/* The agent looks once an interval. */
static inline void rights_become_equal(void)
{
	const struct timespec a_while = {0, 1000000};

	for (int i = 0; !rights_are_equal(); i++) {
		CHECK(i < 10000);
		nanosleep(&a_while, NULL);
	}
}

/*
 * Wait for the agent's thread to end, when the program has one itself; ${tasks} is open on
 * /proc/self/task, which after a chroot nobody can open.
 */
static inline void rights_agent_ends_in(int tasks)
{
	const struct timespec a_while = {0, 1000000};
	struct stat st;

	for (int i = 0;; i++) {
		CHECK(fstat(tasks, &st) == 0 && i < 10000);
		/* "." and ".." and one thread */
		if (st.st_nlink == 3)
			return;
		nanosleep(&a_while, NULL);
	}
}

static inline void rights_agent_ends(void)
{
	int tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	CHECK(tasks >= 0);
	rights_agent_ends_in(tasks);
	close(tasks);
}

/* A namespace of that kind of the program's own, where the agent's thread does not follow it. */
static inline void rights_go_alone(int kind)
{
	rights_need_root();
	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	if (unshare(kind) != 0)
		skip("this system makes no such namespace");
	rights_agent_ends();
	expect("mallocs", "=", 1000);
	expect("agent_coverage", "=", 0);
}
#endif
