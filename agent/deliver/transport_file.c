/*
 * transport_file: appends points to a file.
 *
 * Several processes may append to one file, so each write takes a lock.  A partial write (the disk
 * is full) is undone.  An incomplete line, left by a killed process, is ended first.  memagent-send
 * takes the lock before it removes the file; then the next write creates a new one.
 */
#include "agent/deliver/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "agent/base/clock.h"
#include "agent/deliver/torn.h"
#include "agent/settings/url.h"

/* An agent holds the lock for one write only; other programs may hold it longer. */
#define LOCK_LOOK_NS CLOCK_MS
#define LOCK_LONGEST_NS (5 * CLOCK_S)

/* Longer than any line. */
#define TAIL_BYTES 32768

static struct {
	const struct transport_config *config;
	int fd;
	bool discards;	  /* /dev/null: write nothing, as any program may hold its lock */
	const char *body; /* of the current request */
	size_t len;
	int64_t give_up_ns; /* monotonic; when to stop waiting for the lock */
} file;

static bool is_null_device(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/*
 * Symbolic links are refused: with one, another user could redirect the output of a privileged
 * process.  A write-only file is accepted, but then incomplete lines are not found.
 */
static int open_regular(const char *path)
{
	const int flags = O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = open(path, O_RDWR | flags, 0600);
	struct stat st;

	if (fd < 0 && errno == EACCES)
		fd = open(path, O_WRONLY | flags, 0600);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || is_null_device(&st)))
		return fd;
	close(fd);
	errno = ENOTSUP;
	return -1;
}

/* Return what ${path} is instead of a regular file, and what to do; NULL if that is unknown. */
static const char *describe_special(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return NULL;
	switch (st.st_mode & S_IFMT) {
	case S_IFLNK:
		if (strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0)
			return "is a file descriptor of the program, which the agent cannot use; "
			       "name a regular file";
		return "is a symbolic link, which is not followed; name the file itself";
	case S_IFDIR:
		return "is a directory; name a file in it";
	case S_IFIFO:
		return "is a pipe, whose reader may be slow or gone; name a regular file";
	case S_IFSOCK:
		return "is a socket; to write to an InfluxDB that listens on it, use unix://";
	case S_IFCHR:
	case S_IFBLK:
		return "is a device; name a regular file, or /dev/null to discard all points";
	default:
		return NULL;
	}
}

static void *file_open(const struct transport_config *config, char *error, size_t size)
{
	const char *path = url_path(config->url);
	const char *why, *special = NULL;
	struct stat st;

	file.config = config;
	file.fd = open_regular(path);
	file.discards = file.fd >= 0 && fstat(file.fd, &st) == 0 && is_null_device(&st);
	if (file.fd >= 0)
		return &file;
	why = strerrordesc_np(errno);
	if (errno == ELOOP || errno == ENOTSUP || errno == ENXIO || errno == EISDIR)
		special = describe_special(path);
	snprintf(error, size, "%s: %s", path, special ? special : why);
	return NULL;
}

/* Return 0 or an errno.  A part may have been written. */
static int write_all(int fd, const char *body, size_t len)
{
	while (len) {
		ssize_t n = write(fd, body, len);

		if (n <= 0)
			return n < 0 ? errno : ENOSPC;
		body += n;
		len -= (size_t)n;
	}
	return 0;
}

/*
 * If the file of ${size} bytes ends with an incomplete line, write to ${end} the text that ends
 * that line.  Return the length of the text, or 0.
 */
static size_t end_incomplete_line(int fd, off_t size, char end[TORN_BYTES])
{
	char tail[TAIL_BYTES];
	size_t n = size < TAIL_BYTES ? (size_t)size : TAIL_BYTES;
	const char *newline;
	char last;

	if (n == 0 || pread(fd, &last, 1, size - 1) != 1 || last == '\n' ||
	    pread(fd, tail, n, size - (off_t)n) != (ssize_t)n)
		return 0;
	newline = memrchr(tail, '\n', n);
	return newline ? torn_end(newline + 1, (size_t)(tail + n - newline - 1), end)
		       : torn_end(tail, n, end);
}

/* Our errno for a file that has been removed. */
#define REMOVED ESTALE

/* Return 0 or an errno; EWOULDBLOCK if another process holds the lock. */
static int append(int fd, const char *body, size_t len)
{
	struct stat before;
	char end[TORN_BYTES];
	int error;

	if (flock(fd, LOCK_EX | LOCK_NB))
		return errno;
	if (fstat(fd, &before)) {
		error = errno;
		goto unlock;
	}
	if (before.st_nlink == 0) {
		error = REMOVED;
		goto unlock;
	}
	error = write_all(fd, end, end_incomplete_line(fd, before.st_size, end));
	if (error == 0)
		error = write_all(fd, body, len);
	if (error)
		(void)!ftruncate(fd, before.st_size);

unlock:
	flock(fd, LOCK_UN);
	return error;
}

/* Return 0 or an errno. */
static int reopen(void)
{
	int fd = open_regular(url_path(file.config->url));

	if (fd < 0)
		return errno;
	close(file.fd);
	file.fd = fd;
	return 0;
}

/* Append the body, to a new file if the old one was removed.  Return as append. */
static int append_body(void)
{
	int error = file.discards ? 0 : append(file.fd, file.body, file.len);

	if (error != REMOVED)
		return error;
	error = reopen();
	return error ? error : append(file.fd, file.body, file.len);
}

static void file_begin(void *handle, enum transport_request what, const char *body, size_t len)
{
	(void)handle;
	(void)what; /* always TRANSPORT_WRITE */
	file.body = body;
	file.len = len;
	file.give_up_ns = clock_mono_ns() + LOCK_LONGEST_NS;
}

static void pause_ns(int64_t ns)
{
	struct timespec time = {0, ns};

	file.config->wait_begins();
	nanosleep(&time, NULL);
	file.config->wait_ends();
}

static bool file_poll(void *handle, int64_t wait_ns, struct transport_answer *answer)
{
	int64_t end = clock_mono_ns() + wait_ns;
	int error;

	(void)handle;
	memset(answer, 0, sizeof(*answer));
	while ((error = append_body()) == EWOULDBLOCK) {
		int64_t now = clock_mono_ns();

		if (now >= file.give_up_ns)
			break;
		if (now >= end)
			return false;
		pause_ns(LOCK_LOOK_NS);
	}
	if (error == 0)
		answer->status = 204;
	else
		snprintf(answer->text, sizeof(answer->text), "%s: %s", url_path(file.config->url),
			 error == EWOULDBLOCK ? "another process holds a lock on it"
					      : strerrordesc_np(error));
	return true;
}

const struct transport transport_file = {file_open, file_begin, file_poll, 0};
