/*
 * Detached threads that never allocate themselves.  In a detached thread's last moment, after all
 * destructors, libc frees objects of other threads' stacks.  No block of counters is lost by that,
 * and nobody reads counters on a stack that is gone.
 */
#include <stdatomic.h>
#include <stdbool.h>

#include "thread.h"

enum { THREADS = 6000, AT_ONCE = 24, STACK = 4 << 20 /* libc caches ten of them */ };

static atomic_int waiting;
static atomic_bool gate_is_open;

static void *nothing(void *argument)
{
	atomic_fetch_add(&waiting, 1);
	while (!atomic_load(&gate_is_open))
		sched_yield();
	atomic_fetch_sub(&waiting, 1);
	return argument;
}

static void crowd(const pthread_attr_t *attributes)
{
	pthread_t thread;

	atomic_store(&gate_is_open, false);
	for (int i = 0; i < AT_ONCE; i++)
		while (pthread_create(&thread, attributes, nothing, NULL))
			sched_yield();
	while (atomic_load(&waiting) < AT_ONCE)
		sched_yield();
	atomic_store(&gate_is_open, true);
	while (atomic_load(&waiting) > 0)
		sched_yield();
}

/* Anonymous resident memory in KiB. */
static long occupied(void)
{
	char text[4096];
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t length = read(fd, text, sizeof(text) - 1);
	const char *line;

	close(fd);
	CHECK(length > 0);
	text[length] = '\0';
	line = strstr(text, "RssAnon:");
	CHECK(line != NULL);
	return strtol(line + strlen("RssAnon:"), NULL, 10);
}

int main(void)
{
	pthread_attr_t attributes;
	long before;

	CHECK(pthread_attr_init(&attributes) == 0);
	CHECK(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0);
	CHECK(pthread_attr_setstacksize(&attributes, STACK) == 0);
	for (int i = 0; i < 10; i++)
		crowd(&attributes);
	before = occupied();
	for (int i = 0; i < THREADS; i += AT_ONCE)
		crowd(&attributes);
	/* A lost block for every third thread would take more. */
	CHECK(occupied() - before < 768);
	expect("points", ">=", 1);
	return 0;
}
