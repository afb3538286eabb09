/*
 * transport_file: appends to a file.
 *
 * Several processes may append to one file, so each write holds a lock on it, and what was written
 * in part (the disk is full) is taken back.  Half a line, which a killed process left, is ended.
 * Who removes the file holds the lock too (memagent-send); then there is a new one.
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

/* Another process holds the lock for the length of one write; a person may hold it longer. */
#define LOCK_LOOK_NS CLOCK_MS
#define LOCK_LONGEST_NS (5 * CLOCK_S)

/* No line is longer. */
#define TAIL_BYTES 32768

static struct {
	const struct transport_config *config;
	int fd;
	bool discards;	  /* the null device, whose lock anybody may hold */
	const char *body; /* of the request under way */
	size_t len;
	int64_t give_up_ns; /* monotonic */
} file;

static bool is_null_device(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/*
 * No link is followed, so that nobody can point a privileged process's output elsewhere.  A file
 * that may be written but not read will do: then nobody looks for half a line.
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

/* What a path is that does not name a regular file, and what to do; NULL when it cannot be told. */
static const char *kind_of(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return NULL;
	switch (st.st_mode & S_IFMT) {
	case S_IFLNK:
		if (strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0)
			return "is one of the program's own descriptors, which the agent does not "
			       "have; name a regular file";
		return "is a symbolic link, which is not followed; name the file itself";
	case S_IFDIR:
		return "is a directory; name a file in it";
	case S_IFIFO:
		return "is a pipe, whose reader may be slow or gone; name a regular file";
	case S_IFSOCK:
		return "is a socket; for the InfluxDB behind it write unix:// in place of file://";
	case S_IFCHR:
	case S_IFBLK:
		return "is a device; name a regular file, or /dev/null for no points at all";
	default:
		return NULL;
	}
}

static void *file_open(const struct transport_config *config, char *error, size_t size)
{
	const char *path = url_path(config->url);
	const char *why, *kind = NULL;
	struct stat st;

	file.config = config;
	file.fd = open_regular(path);
	file.discards = file.fd >= 0 && fstat(file.fd, &st) == 0 && is_null_device(&st);
	if (file.fd >= 0)
		return &file;
	why = strerrordesc_np(errno);
	if (errno == ELOOP || errno == ENOTSUP || errno == ENXIO || errno == EISDIR)
		kind = kind_of(path);
	snprintf(error, size, "%s: %s", path, kind ? kind : why);
	return NULL;
}

/* Return 0, or the errno: that of the rest when only a part was written. */
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
 * Write to ${end} what the file of ${size} bytes needs before the next line may come: nothing,
 * unless it ends with half a line.  Return its length.
 */
static size_t end_half(int fd, off_t size, char end[TORN_BYTES])
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

/* The errno of a file that has been removed. */
#define REMOVED ESTALE

/* Return 0, or the errno; EWOULDBLOCK when somebody else holds the lock. */
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
	error = write_all(fd, end, end_half(fd, before.st_size, end));
	if (error == 0)
		error = write_all(fd, body, len);
	if (error)
		(void)!ftruncate(fd, before.st_size);

unlock:
	flock(fd, LOCK_UN);
	return error;
}

/* Return 0, or the errno. */
static int make_anew(void)
{
	int fd = open_regular(url_path(file.config->url));

	if (fd < 0)
		return errno;
	close(file.fd);
	file.fd = fd;
	return 0;
}

static int append_to_it(void)
{
	int error = file.discards ? 0 : append(file.fd, file.body, file.len);

	if (error != REMOVED)
		return error;
	error = make_anew();
	return error ? error : append(file.fd, file.body, file.len);
}

static void file_begin(void *handle, enum transport_request what, const char *body, size_t len)
{
	(void)handle;
	(void)what; /* there is no database to create, and nobody asks for it */
	file.body = body;
	file.len = len;
	file.give_up_ns = clock_mono_ns() + LOCK_LONGEST_NS;
}

static void rest(int64_t ns)
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
	while ((error = append_to_it()) == EWOULDBLOCK) {
		int64_t now = clock_mono_ns();

		if (now >= file.give_up_ns)
			break;
		if (now >= end)
			return false;
		rest(LOCK_LOOK_NS);
	}
	if (error == 0)
		answer->status = 204;
	else
		snprintf(answer->text, sizeof(answer->text), "%s: %s", url_path(file.config->url),
			 error == EWOULDBLOCK ? "somebody else holds a lock on it"
					      : strerrordesc_np(error));
	return true;
}

const struct transport transport_file = {file_open, file_begin, file_poll, 0};
