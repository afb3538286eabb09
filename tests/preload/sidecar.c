/*
 * The agent's thread is the only one beside the program's.  It is named memagent and blocks all
 * signals but the two that libc reserves (with SIGSETXID blocked, setuid in the program would wait
 * for ever).  The program's own mask is unchanged.  When it writes to a file, the thread never
 * calls malloc, for which glibc would reserve an arena of 64 MiB.
 *
 * wants-points: some
 */
#include <dirent.h>
#include <signal.h>
#include <sys/syscall.h>

#include "expect.h"

static void read_file(const char *thread, const char *name, char *text, size_t size)
{
	char path[300];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%s/%s", thread, name);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0);
	length = read(fd, text, size - 1);
	CHECK(length > 0);
	text[length] = '\0';
	close(fd);
}

/* The thread sets its name itself, a moment after it was created. */
static void check_name(const char *thread)
{
	char name[32];

	do {
		read_file(thread, "comm", name, sizeof(name));
	} while (strcmp(name, "memagent\n") != 0);
}

static uint64_t blocked(const char *thread)
{
	char status[4096];
	const char *line;

	read_file(thread, "status", status, sizeof(status));
	line = strstr(status, "SigBlk:");
	CHECK(line != NULL);
	return strtoull(line + strlen("SigBlk:"), NULL, 16);
}

static uint64_t bit(int number)
{
	return (uint64_t)1 << (number - 1);
}

static void check_mask(const char *thread)
{
	/* 32 and 33 are libc's SIGCANCEL and SIGSETXID, which no header names. */
	const uint64_t free = bit(SIGKILL) | bit(SIGSTOP) | bit(32) | bit(33);

	CHECK((blocked(thread) | free) == UINT64_MAX);
	CHECK((blocked(thread) & free) == 0);
}

int main(void)
{
	char listing[4096];
	int others = 0;
	char self[32];
	int fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY);
	long length;

	snprintf(self, sizeof(self), "%d", getpid());
	CHECK(fd >= 0);
	/* opendir would allocate. */
	length = syscall(SYS_getdents64, fd, listing, sizeof(listing));
	CHECK(length > 0);
	for (long at = 0; at < length;) {
		const struct dirent64 *entry = (const struct dirent64 *)(listing + at);

		at += entry->d_reclen;
		if (entry->d_name[0] == '.' || strcmp(entry->d_name, self) == 0)
			continue;
		others++;
		check_name(entry->d_name);
		check_mask(entry->d_name);
	}
	CHECK(others <= 1);
	CHECK(blocked(self) == 0);
	expect("mallocs", "=", 0);
	expect("sys_bytes", "<=", 64 << 20);
	return 0;
}
