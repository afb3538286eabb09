/*
 * A program with one thread forks in a signal handler that interrupted malloc, while libcurl's
 * thread looks up the server's name.
 *
 * with-env: MEMAGENT_URL=http://name.invalid:8086 MEMAGENT_EXIT_TIMEOUT=10ms MEMAGENT_LOG=off
 * with-preload: libslow_names.so ours
 * wants-points: none
 */
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "expect.h"

enum { FORKS = 60, OBJECTS = 64, THREADS = 3, PATIENCE = 10 };

/* The agent exports it. */
extern const void *memagent_first_copy __attribute__((weak));

static volatile sig_atomic_t fired, is_child;

static void fork_here(int number)
{
	pid_t child = fork();

	(void)number;
	CHECK(child >= 0);
	is_child = child == 0;
	if (!is_child)
		expect_child(child);
	fired++;
}

static void work(void)
{
	void *objects[OBJECTS];

	for (size_t i = 0; i < OBJECTS; i++)
		objects[i] = malloc(1000 * i + 1);
	for (size_t i = 0; i < OBJECTS; i++)
		free(objects[i]);
}

/* The directory has a link for each thread, plus two. */
static void wait_for_thread(void)
{
	time_t end = time(NULL) + PATIENCE;
	struct stat tasks;

	do {
		CHECK(stat("/proc/self/task", &tasks) == 0);
		if (time(NULL) > end)
			skip("libcurl creates no thread to look up a name");
	} while (tasks.st_nlink != THREADS + 2);
}

int main(void)
{
	const struct itimerval soon = {{0, 0}, {0, 500}};

	CHECK(signal(SIGALRM, fork_here) != SIG_ERR);
	if (&memagent_first_copy)
		wait_for_thread();
	for (int turn = 0; turn < FORKS && !is_child; turn++) {
		CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
		while (fired == turn)
			work();
	}
	work();
	return 0;
}
