#ifndef MEMAGENT_TEST_EXPECT_H
#define MEMAGENT_TEST_EXPECT_H
/*
 * expect: a test program's own checks, and the expectations that tests/preload/run compares to the
 * agent's points.
 *
 * Layer    tests/preload; the programs do not know the library.
 * Memory   never allocates and uses no stdio, because totals are compared to the byte.
 * Files    each expectation opens $EXPECT, appends and closes it, so programs may close all
 *          descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Exit statuses with a meaning for tests/preload/run. */
enum { EXPECT_SKIP = 77, EXPECT_FAILED = 99 };

/* Write ${text} to ${fd}, whole or not at all. */
static inline void say(int fd, const char *text)
{
	ssize_t written = write(fd, text, strlen(text));

	(void)written;
}

static inline void expect_failed(const char *file, int line, const char *condition)
{
	char text[512];

	snprintf(text, sizeof(text), "%s:%d: false: %s (errno %d)\n", file, line, condition, errno);
	say(STDERR_FILENO, text);
	_exit(EXPECT_FAILED);
}

/* Unlike assert, never compiled out, and no exit handler runs. */
#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			expect_failed(__FILE__, __LINE__, #condition);                             \
	} while (0)

static inline void skip(const char *reason)
{
	say(STDOUT_FILENO, reason);
	say(STDOUT_FILENO, "\n");
	_exit(EXPECT_SKIP);
}

/*
 * expect(field, relation, value):
 * The last point of the calling process must hold a ${field} that is "=", ">="
 * or "<=" ${value}.  Keeps errno.  Two fields are not the agent's: "points" is
 * the number of points of this process; "processes" is how many processes will
 * write expectations, for programs whose children outlive them.
 */
static inline void expect(const char *field, const char *relation, uint64_t value)
{
	const char *path = getenv("EXPECT");
	char line[128];
	struct timespec now;
	int saved = errno;
	int fd;

	if (path == NULL)
		return;
	CHECK(clock_gettime(CLOCK_REALTIME, &now) == 0);
	snprintf(line, sizeof(line), "%ld %s %s %llu %lld%09ld\n", (long)getpid(), field, relation,
		 (unsigned long long)value, (long long)now.tv_sec, now.tv_nsec);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	CHECK(fd >= 0);
	say(fd, line);
	close(fd);
	errno = saved;
}

/* Wait for the child ${pid}; it must have ended with status 0. */
static inline void expect_child(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0) == pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXPECT_FAILED)
		_exit(EXPECT_FAILED);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* The program's own counts, to be compared with the agent's. */
struct tally {
	uint64_t mallocs;
	uint64_t frees;
	uint64_t reallocs;
	uint64_t failed;
	uint64_t alloc_bytes;
	uint64_t freed_bytes;
	uint64_t requested_bytes;
};

static inline void tally_add(struct tally *sum, const struct tally *more)
{
	sum->mallocs += more->mallocs;
	sum->frees += more->frees;
	sum->reallocs += more->reallocs;
	sum->failed += more->failed;
	sum->alloc_bytes += more->alloc_bytes;
	sum->freed_bytes += more->freed_bytes;
	sum->requested_bytes += more->requested_bytes;
}

/* Count ${object}, just made by any call with ${size} requested bytes. */
static inline void *tally_made(struct tally *tally, void *object, size_t size)
{
	if (object == NULL) {
		tally->failed++;
		return NULL;
	}
	tally->mallocs++;
	tally->alloc_bytes += malloc_usable_size(object);
	tally->requested_bytes += size;
	return object;
}

/* Count ${object} as freed, before any call frees it. */
static inline void *tally_gone(struct tally *tally, void *object)
{
	if (object != NULL) {
		tally->frees++;
		tally->freed_bytes += malloc_usable_size(object);
	}
	return object;
}

static inline void *tally_malloc(struct tally *tally, size_t size)
{
	return tally_made(tally, malloc(size), size);
}

static inline void tally_free(struct tally *tally, void *object)
{
	free(tally_gone(tally, object));
}

/*
 * Count a realloc of an object that had ${before} usable bytes.  NULL for size 0 means that the
 * object was freed; some allocators return an object of no bytes.
 */
static inline void *tally_resized(struct tally *tally, size_t before, void *object, size_t size)
{
	if (object == NULL && size != 0) {
		tally->failed++;
		return NULL;
	}
	tally->freed_bytes += before;
	if (object == NULL) {
		tally->frees++;
		return NULL;
	}
	tally->reallocs++;
	tally->alloc_bytes += malloc_usable_size(object);
	tally->requested_bytes += size;
	return object;
}

static inline void *tally_realloc(struct tally *tally, void *object, size_t size)
{
	size_t before = malloc_usable_size(object);

	if (object == NULL)
		return tally_made(tally, realloc(NULL, size), size);
	return tally_resized(tally, before, realloc(object, size), size);
}

/* The last point of this process must agree with all of ${tally}. */
static inline void tally_expect(const struct tally *tally)
{
	expect("mallocs", "=", tally->mallocs);
	expect("frees", "=", tally->frees);
	expect("reallocs", "=", tally->reallocs);
	expect("failed_allocs", "=", tally->failed);
	expect("heap_objects", "=", tally->mallocs - tally->frees);
	expect("heap_alloc_bytes", "=", tally->alloc_bytes - tally->freed_bytes);
	expect("total_alloc_bytes", "=", tally->alloc_bytes);
	expect("total_freed_bytes", "=", tally->freed_bytes);
	expect("total_requested_bytes", "=", tally->requested_bytes);
}

/* As tally_expect, for a program in which libc allocates too and keeps nothing. */
static inline void tally_expect_at_least(const struct tally *tally)
{
	expect("mallocs", ">=", tally->mallocs);
	expect("frees", ">=", tally->frees);
	expect("reallocs", ">=", tally->reallocs);
	expect("failed_allocs", ">=", tally->failed);
	expect("total_alloc_bytes", ">=", tally->alloc_bytes);
	expect("total_freed_bytes", ">=", tally->freed_bytes);
	expect("total_requested_bytes", ">=", tally->requested_bytes);
}
#endif
