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
#include "agent/base/log.h"
#include "agent/settings/options.h"

#define SUFFIX ".lp"
#define CHUNK_BYTES 32768 /* at least two of the longest lines */
#define LOOK_EVERY_NS (60 * CLOCK_S)

/* Nobody writes to a file for longer. */
#define HALF_LIFE_S 3600

/* So many times a backlog's bytes for one destination; when there are more, the oldest files go. */
#define MOST_BACKLOGS 64

static uint64_t hash(uint64_t h, const char *text)
{
	do
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3); /* FNV-1a */
	while (*text++);
	return h;
}

void spool_open(struct spool *spool, const struct options *options)
{
	uint64_t id = UINT64_C(0xcbf29ce484222325);

	/* All that a point's place depends on; hashed, because a URL may hold a password. */
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
			"write to; nothing is kept",
			options->spool, strerrordesc_np(errno));
}

static bool is_ours(const struct spool *spool, const char *name)
{
	size_t n = strlen(name);

	return strncmp(name, spool->prefix, strlen(spool->prefix)) == 0 && n > strlen(SUFFIX) &&
	       strcmp(name + n - strlen(SUFFIX), SUFFIX) == 0 && n < sizeof(spool->name);
}

/*
 * Find the oldest of this destination's files that is newer than ${after} (their names sort by
 * time), and copy its name to ${out}; "" when there is none.
 */
static void find(const struct spool *spool, const char *after, char *out, size_t size)
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

/* Return how many bytes this destination's files have together. */
static uint64_t bytes(const struct spool *spool)
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

static void rewind_file(struct spool *spool, const struct backlog *backlog)
{
	spool->offset = 0;
	spool->dropped = backlog->dropped;
}

/* Open ${name} for delivery, if nobody else is at it.  Return 0 or -1. */
static int claim(struct spool *spool, const char *name)
{
	int fd = openat(spool->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -1;
	/* No links left: somebody has delivered it between our look and our lock. */
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

static void look_for_file(struct spool *spool, const struct backlog *backlog)
{
	char name[sizeof(spool->name)] = "";
	char after[sizeof(spool->name)];

	if (clock_mono_ns() < spool->look_ns)
		return;
	do {
		memcpy(after, name, sizeof(after));
		find(spool, after, name, sizeof(name));
	} while (name[0] && claim(spool, name));
	if (spool->file_fd < 0)
		spool->look_ns = clock_mono_ns() + LOOK_EVERY_NS;
	else
		rewind_file(spool, backlog);
}

/* Be done with the file that is being delivered; what is left of it is for another time. */
static void let_go(struct spool *spool)
{
	close(spool->file_fd);
	spool->file_fd = -1;
}

/* The same because something is wrong with it: not at once again. */
static void put_off(struct spool *spool, const char *what)
{
	log_say(LOG_SPOOL, "%s in MEMAGENT_SPOOL cannot be %s: %s; it stays", spool->name, what,
		strerrordesc_np(errno));
	let_go(spool);
	spool->look_ns = clock_mono_ns() + LOOK_EVERY_NS;
}

/* Bring in the next whole lines.  What is at the end without a newline is not ours, and skipped. */
static void read_chunk(struct spool *spool, struct backlog *backlog)
{
	char chunk[CHUNK_BYTES];
	ssize_t n = pread(spool->file_fd, chunk, sizeof(chunk), spool->offset);
	const char *line = chunk;
	const char *newline;

	if (n < 0) {
		put_off(spool, "read");
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

/* What was read of the file has left the backlog: the file goes, if all of it is delivered. */
static void finish_file(struct spool *spool, const struct backlog *backlog)
{
	if (backlog->dropped > spool->dropped) {
		rewind_file(spool, backlog);
		return;
	}
	if (unlinkat(spool->dir_fd, spool->name, 0))
		put_off(spool, "removed");
	else
		let_go(spool);
}

void spool_load(struct spool *spool, struct backlog *backlog)
{
	if (spool->dir_fd < 0)
		return;
	if (spool->file_fd >= 0 && spool->offset >= spool->size && backlog->first >= spool->end)
		finish_file(spool, backlog);
	if (spool->file_fd < 0)
		look_for_file(spool, backlog);
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

	while (bytes(spool) >= most) {
		find(spool, "", name, sizeof(name));
		log_say(LOG_SPOOL,
			"MEMAGENT_SPOOL has %llu MiB for this server, which is all it may: the "
			"oldest file goes",
			(unsigned long long)(most >> 20));
		if (unlinkat(spool->dir_fd, name, 0))
			break;
	}
}

/* What a process has left that was killed while it wrote. */
static void remove_halves(const struct spool *spool)
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
		    now - st.st_mtime > HALF_LIFE_S)
			unlinkat(spool->dir_fd, name, 0);
}

int spool_save(struct spool *spool, const struct backlog *backlog)
{
	char name[96], half[sizeof(name) + 8];
	size_t straight = backlog->size - backlog->head;
	int fd = -1;

	if (spool->dir_fd < 0)
		return -1;
	remove_halves(spool);
	remove_oldest(spool, (uint64_t)backlog->size * MOST_BACKLOGS);
	snprintf(name, sizeof(name), "%s%020lld-%d" SUFFIX, spool->prefix,
		 (long long)clock_wall_ns(), (int)getpid());
	snprintf(half, sizeof(half), ".%s.half", name);
	if (straight > backlog->used)
		straight = backlog->used;
	fd =
	    openat(spool->dir_fd, half, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || write_all(fd, backlog->ring + backlog->head, straight) ||
	    write_all(fd, backlog->ring, backlog->used - straight) ||
	    renameat(spool->dir_fd, half, spool->dir_fd, name))
		goto failed;
	close(fd);
	return 0;

failed:
	log_say(LOG_SPOOL, "cannot keep the points that are left: %s", strerrordesc_np(errno));
	if (fd >= 0) {
		unlinkat(spool->dir_fd, half, 0);
		close(fd);
	}
	return -1;
}
