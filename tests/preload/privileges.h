#ifndef MEMAGENT_TEST_PRIVILEGES_H
#define MEMAGENT_TEST_PRIVILEGES_H
/*
 * privileges: compares the privileges of all threads, the agent's too, with main's.
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

enum { NOBODY = 65534, STATUS_BYTES = 4096 };

/* Only root has privileges to drop. */
static inline void need_root(void)
{
	if (getuid() != 0)
		skip("only root can do what it tests");
}

/* A system call that no library can wrap. */
static inline long raw_syscall(long number, long a, long b, long c)
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

/* Copy the privileges from the status of ${thread}.  Return false if it has ended. */
static inline bool privileges_of(int tasks, const char *thread, char out[STATUS_BYTES])
{
	static const char *const keys[] = {"Uid:", "Gid:",	  "Groups:",
					   "Cap",  "NoNewPrivs:", "Seccomp"};
	char path[300], status[STATUS_BYTES];
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

/* Return whether all threads of the process have the main thread's privileges. */
static inline bool privileges_are_equal(void)
{
	char listing[4096], main_id[32], main_privileges[STATUS_BYTES], privileges[STATUS_BYTES];
	int tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool equal = true;
	long length;

	CHECK(tasks >= 0);
	snprintf(main_id, sizeof(main_id), "%d", getpid());
	CHECK(privileges_of(tasks, main_id, main_privileges));
	CHECK(strstr(main_privileges, "CapBnd:") != NULL &&
	      strstr(main_privileges, "Seccomp:") != NULL);
	length = syscall(SYS_getdents64, tasks, listing, sizeof(listing));
	CHECK(length > 0);
	for (long at = 0; at < length;) {
		const struct dirent64 *entry = (const struct dirent64 *)(listing + at);

		at += entry->d_reclen;
		if (entry->d_name[0] != '.' && privileges_of(tasks, entry->d_name, privileges))
			equal = equal && strcmp(privileges, main_privileges) == 0;
	}
	close(tasks);
	return equal;
}

/* The agent compares once an interval. */
static inline void wait_for_equal_privileges(void)
{
	const struct timespec a_while = {0, 1000000};

	for (int i = 0; !privileges_are_equal(); i++) {
		CHECK(i < 10000);
		nanosleep(&a_while, NULL);
	}
}

/*
 * Wait until the agent's thread has ended and the program has one thread.  ${tasks} is a
 * descriptor of /proc/self/task, which cannot be opened after a chroot.
 */
static inline void wait_for_agent_end_in(int tasks)
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

static inline void wait_for_agent_end(void)
{
	int tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	CHECK(tasks >= 0);
	wait_for_agent_end_in(tasks);
	close(tasks);
}

/* Enter a new namespace of this ${kind}, into which the agent's thread cannot follow. */
static inline void unshare_alone(int kind)
{
	need_root();
	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	if (unshare(kind) != 0)
		skip("this system makes no such namespace");
	wait_for_agent_end();
	expect("mallocs", "=", 1000);
	expect("agent_coverage", "=", 0);
}
#endif
