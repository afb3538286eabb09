#include "agent/deliver/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/deliver/backlog.h"
#include "agent/base/clock.h"
#include "agent/base/dir.h"
#include "agent/base/fnv.h"
#include "agent/base/log.h"
#include "agent/settings/options.h"

#define SUFFIX ".lp"
#define CHUNK_BYTES 32768 /* at least two of the longest lines */
#define LOOK_EVERY_NS (60 * CLOCK_S)

/* A partial file this old belongs to a process that was killed. */
#define PARTIAL_LONGEST_S 3600

/* The files of one destination may hold this many full backlogs; above that, remove the oldest. */
#define MOST_BACKLOGS 64

/* Hash ${text} with its NUL, which keeps two adjacent settings apart. */
static uint64_t hash(uint64_t h, const char *text)
{
	return fnv_add(h, text, strlen(text) + 1);
}

void spool_open(struct spool *spool, const struct options *options)
{
	uint64_t id = FNV_START;

	/* Everything that identifies the destination; hashed, because a URL may hold a password. */
	id = hash(id, options->url);
	id = hash(id, options->database);
	id = hash(id, options->retention_policy);
	id = hash(id, options->org);
	id = hash(id, options->bucket);
	memset(spool, 0, sizeof(*spool));
	snprintf(spool->prefix, sizeof(spool->prefix), "memagent-%016llx-", (unsigned long long)id);
	spool->file_fd = -1;
	spool->dir_fd = open(options->spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spool->dir_fd < 0)
		log_say(LOG_FILE,
			"MEMAGENT_SPOOL=%s cannot be used: %s; expected the path of a directory to "
			"write to; points that are undelivered at exit will be lost",
			options->spool, strerrordesc_np(errno));
}

static bool is_ours(const struct spool *spool, const char *name)
{
	size_t n = strlen(name);

	return strncmp(name, spool->prefix, strlen(spool->prefix)) == 0 && n > strlen(SUFFIX) &&
	       strcmp(name + n - strlen(SUFFIX), SUFFIX) == 0 && n < sizeof(spool->name);
}

/*
 * Copy to ${out} the name of this destination's oldest file that is newer than the file ${after};
 * "" if there is none.  File names sort by time.
 */
static void find_oldest(const struct spool *spool, const char *after, char *out, size_t size)
{
	struct dir dir;
	const char *name;

	out[0] = '\0';
	dir_start(&dir, spool->dir_fd);
	while ((name = dir_next(&dir)) != NULL)
		if (is_ours(spool, name) && strcmp(name, after) > 0 &&
		    (out[0] == '\0' || strcmp(name, out) < 0))
			snprintf(out, size, "%s", name);
}

/* Return the total size of this destination's files. */
static uint64_t total_bytes(const struct spool *spool)
{
	struct dir dir;
	struct stat st;
	const char *name;
	uint64_t sum = 0;

	dir_start(&dir, spool->dir_fd);
	while ((name = dir_next(&dir)) != NULL)
		if (is_ours(spool, name) &&
		    fstatat(spool->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			sum += (uint64_t)st.st_size;
	return sum;
}

static void read_from_start(struct spool *spool, const struct backlog *backlog)
{
	spool->offset = 0;
	spool->dropped = backlog->dropped;
}

/* Open and lock ${name} for delivery.  Return 0, or -1 if another process has it or on an error. */
static int lock_file(struct spool *spool, const char *name)
{
	int fd = openat(spool->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -1;
	/* No links left: another process delivered and removed it before we had the lock. */
	if (flock(fd, LOCK_EX | LOCK_NB) || fstat(fd, &st) || !S_ISREG(st.st_mode) ||
	    st.st_nlink == 0 || st.st_uid != geteuid()) {
		close(fd);
		return -1;
	}
	spool->file_fd = fd;
	spool->size = st.st_size;
	snprintf(spool->name, sizeof(spool->name), "%s", name);
	return 0;
}

static void open_next_file(struct spool *spool, const struct backlog *backlog)
{
	char name[sizeof(spool->name)] = "";
	char after[sizeof(spool->name)];

	if (clock_mono_ns() < spool->look_ns)
		return;
	do {
		memcpy(after, name, sizeof(after));
		find_oldest(spool, after, name, sizeof(name));
	} while (name[0] && lock_file(spool, name));
	if (spool->file_fd < 0)
		spool->look_ns = clock_mono_ns() + LOOK_EVERY_NS;
	else
		read_from_start(spool, backlog);
}

static void close_file(struct spool *spool)
{
	close(spool->file_fd);
	spool->file_fd = -1;
}

/* After an error, close the file and wait before the next try. */
static void on_file_error(struct spool *spool, const char *what)
{
	log_say(LOG_SPOOL, "cannot %s %s in MEMAGENT_SPOOL: %s; will retry", what, spool->name,
		strerrordesc_np(errno));
	close_file(spool);
	spool->look_ns = clock_mono_ns() + LOOK_EVERY_NS;
}

/* Add the next whole lines to the backlog.  Skip text without a newline at the end: not ours. */
static void read_chunk(struct spool *spool, struct backlog *backlog)
{
	char chunk[CHUNK_BYTES];
	ssize_t n = pread(spool->file_fd, chunk, sizeof(chunk), spool->offset);
	const char *line = chunk;
	const char *newline;

	if (n < 0) {
		on_file_error(spool, "read");
		return;
	}
	while ((newline = memchr(line, '\n', (size_t)(chunk + n - line))) != NULL) {
		backlog_add(backlog, line, (size_t)(newline + 1 - line));
		line = newline + 1;
	}
	if (line == chunk)
		spool->offset = spool->size;
	else
		spool->offset += line - chunk;
	spool->end = backlog->next;
}

/* All lines of the file have left the backlog: remove it, unless some of them were dropped. */
static void finish_file(struct spool *spool, const struct backlog *backlog)
{
	if (backlog->dropped > spool->dropped) {
		read_from_start(spool, backlog);
		return;
	}
	if (unlinkat(spool->dir_fd, spool->name, 0))
		on_file_error(spool, "remove");
	else
		close_file(spool);
}

void spool_load(struct spool *spool, struct backlog *backlog)
{
	if (spool->dir_fd < 0)
		return;
	if (spool->file_fd >= 0 && spool->offset >= spool->size && backlog->first >= spool->end)
		finish_file(spool, backlog);
	if (spool->file_fd < 0)
		open_next_file(spool, backlog);
	if (spool->file_fd >= 0 && spool->offset < spool->size &&
	    backlog->used + CHUNK_BYTES <= backlog->size / 2)
		read_chunk(spool, backlog);
}

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0)
			return -1;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

static void remove_oldest(const struct spool *spool, uint64_t most)
{
	char name[sizeof(spool->name)];

	while (total_bytes(spool) >= most) {
		find_oldest(spool, "", name, sizeof(name));
		log_say(LOG_SPOOL,
			"MEMAGENT_SPOOL holds %llu MiB for this destination, the limit of %d times "
			"MEMAGENT_BUFFER; removing the oldest file",
			(unsigned long long)(most >> 20), MOST_BACKLOGS);
		if (unlinkat(spool->dir_fd, name, 0))
			break;
	}
}

/* Remove the partial files of processes that were killed while they wrote. */
static void remove_partial_files(const struct spool *spool)
{
	struct dir dir;
	struct stat st;
	const char *name;
	time_t now = (time_t)(clock_wall_ns() / CLOCK_S);

	dir_start(&dir, spool->dir_fd);
	while ((name = dir_next(&dir)) != NULL)
		if (name[0] == '.' &&
		    strncmp(name + 1, spool->prefix, strlen(spool->prefix)) == 0 &&
		    fstatat(spool->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    now - st.st_mtime > PARTIAL_LONGEST_S)
			unlinkat(spool->dir_fd, name, 0);
}

int spool_save(struct spool *spool, const struct backlog *backlog)
{
	char name[96], partial[sizeof(name) + 8];
	size_t straight = backlog->size - backlog->head;
	int fd = -1;

	if (spool->dir_fd < 0)
		return -1;
	remove_partial_files(spool);
	remove_oldest(spool, (uint64_t)backlog->size * MOST_BACKLOGS);
	snprintf(name, sizeof(name), "%s%020lld-%d" SUFFIX, spool->prefix,
		 (long long)clock_wall_ns(), (int)getpid());
	snprintf(partial, sizeof(partial), ".%s.half", name);
	if (straight > backlog->used)
		straight = backlog->used;
	fd = openat(spool->dir_fd, partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0 || write_all(fd, backlog->ring + backlog->head, straight) ||
	    write_all(fd, backlog->ring, backlog->used - straight) ||
	    renameat(spool->dir_fd, partial, spool->dir_fd, name))
		goto failed;
	close(fd);
	return 0;

failed:
	log_say(LOG_SPOOL, "cannot write undelivered points to MEMAGENT_SPOOL: %s",
		strerrordesc_np(errno));
	if (fd >= 0) {
		unlinkat(spool->dir_fd, partial, 0);
		close(fd);
	}
	return -1;
}
