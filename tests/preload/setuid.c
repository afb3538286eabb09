/*
 * setuid() in a threaded program: libc signals every thread, the agent's too, and
 * waits for each to change; with SIGSETXID blocked it would wait for ever.  After
 * it no thread may have more rights than the program.
 */
#include <dirent.h>
#include <sys/syscall.h>

#include "thread.h"

enum { NOBODY = 65534 };

static void *wait_for_main(void *barrier)
{
	pthread_barrier_wait(barrier);
	pthread_barrier_wait(barrier);
	return NULL;
}

static void check_thread(const char *thread, const char *ids)
{
	char path[300];
	char status[4096];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%s/status", thread);
	fd = open(path, O_RDONLY);
	/* The agent may have ended its thread. */
	if (fd < 0)
		return;
	length = read(fd, status, sizeof(status) - 1);
	CHECK(length >= 0);
	status[length] = '\0';
	close(fd);
	CHECK(length == 0 || strstr(status, ids) != NULL);
}

static void check_threads(const char *ids)
{
	char listing[4096];
	int fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY);
	long length;

	CHECK(fd >= 0);
	length = syscall(SYS_getdents64, fd, listing, sizeof(listing));
	CHECK(length > 0);
	close(fd);
	for (long at = 0; at < length;) {
		const struct dirent64 *entry = (const struct dirent64 *)(listing + at);

		at += entry->d_reclen;
		if (entry->d_name[0] != '.')
			check_thread(entry->d_name, ids);
	}
}

int main(void)
{
	const uid_t uid = getuid() == 0 ? NOBODY : getuid();
	pthread_barrier_t barrier;
	pthread_t thread;
	char ids[100];

	CHECK(pthread_barrier_init(&barrier, NULL, 2) == 0);
	thread = thread_start(thread_stack(THREAD_STACK), THREAD_STACK, wait_for_main, &barrier);
	pthread_barrier_wait(&barrier);
	CHECK(setuid(uid) == 0);
	CHECK(getuid() == uid && geteuid() == uid);
	snprintf(ids, sizeof(ids), "Uid:\t%u\t%u\t%u\t%u\n", uid, uid, uid, uid);
	check_threads(ids);
	pthread_barrier_wait(&barrier);
	CHECK(pthread_join(thread, NULL) == 0);
	return 0;
}
