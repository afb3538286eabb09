/*
 * A file in the spool: whatever its content, its whole lines enter the backlog once each and in
 * order, and the file is removed after their delivery.  Files with another name or owner are
 * ignored.
 *
 * runs: 1500
 * longest: 100000
 * input: the file
 */
#include "agent/deliver/spool.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/deliver/backlog.h"
#include "agent/base/log.h"
#include "agent/settings/options.h"
#include "tests/fuzz/fuzz.h"

#define LINE_LONGEST 32768 /* a longer line is not a point of the agent */
#define ROUNDS 100000

static char directory[200];
static struct options options;
static struct backlog backlog;
static char *got;
static size_t got_used;

static void clean_up(void)
{
	rmdir(directory);
}

static void start(void)
{
	const char *parent = getenv("TMPDIR");

	snprintf(directory, sizeof(directory), "%.150s/memagent-fuzz-XXXXXX",
		 parent ? parent : "/tmp");
	CHECK(mkdtemp(directory));
	atexit(clean_up);
	options.url = "http://localhost";
	options.database = options.retention_policy = options.org = options.bucket = "";
	options.spool = directory;
	CHECK(backlog_open(&backlog, 65536 * 4) == 0);
	log_open("off", getpid(), NULL);
}

static void put_file(const char *prefix, const uint8_t *data, size_t size)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s1.lp", directory, prefix);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

/* Do what delivery does, with half of the waiting lines. */
static void deliver(size_t size)
{
	char batch[65536];
	uint64_t points = (backlog_points(&backlog) + 1) / 2;
	size_t len;

	backlog_copy(&backlog, batch, sizeof(batch), &points, &len);
	CHECK(got_used + len <= size);
	if (len)
		memcpy(got + got_used, batch, len);
	got_used += len;
	backlog_done(&backlog, backlog.first + points);
}

/* Return how many bytes at the file's start are whole lines of permitted length. */
static size_t whole(const uint8_t *data, size_t size)
{
	size_t at = 0;

	for (;;) {
		const uint8_t *newline = size > at ? memchr(data + at, '\n', size - at) : NULL;

		if (newline == NULL || (size_t)(newline + 1 - (data + at)) > LINE_LONGEST)
			return at;
		at = (size_t)(newline + 1 - data);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spool spool;
	unsigned rounds = 0;

	if (backlog.ring == NULL)
		start();
	backlog_reset(&backlog);
	got = malloc(size + 1);
	CHECK(got);
	got_used = 0;
	spool_open(&spool, &options);
	CHECK(spool.dir_fd >= 0);
	put_file(spool.prefix, data, size);
	do {
		spool_load(&spool, &backlog);
		CHECK(spool.file_fd >= 0 || backlog_points(&backlog) == 0);
		deliver(size);
		CHECK(++rounds < ROUNDS);
	} while (spool.file_fd >= 0);
	CHECK(got_used == whole(data, size) && memcmp(got, data, got_used) == 0);
	CHECK(rmdir(directory) == 0); /* the file was removed */
	CHECK(mkdir(directory, 0700) == 0);
	close(spool.dir_fd);
	free(got);
	return 0;
}
