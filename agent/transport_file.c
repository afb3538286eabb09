/*
 * transport_file: appends to a file.
 *
 * Several processes may append to one file, so each write holds a lock on it, and what was written
 * in part (the disk is full) is taken back: the file never has half a line.
 */
#include "agent/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/url.h"

static struct {
	int fd;
	int error; /* of the last write, or 0 */
} file;

/* No link is followed, so that nobody can point a privileged process's output elsewhere. */
static int open_regular(const char *path)
{
	int fd =
	    open(path,
		 O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		 0600);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	errno = ENOTSUP;
	return -1;
}

static void *file_open(const struct transport_config *config, char *error, size_t size)
{
	const char *path = url_path(config->url);

	file.fd = open_regular(path);
	if (file.fd >= 0)
		return &file;
	if (errno == ELOOP)
		snprintf(error, size, "%s: is a symbolic link; name the file itself", path);
	else if (errno == ENOTSUP || errno == ENXIO || errno == EISDIR)
		snprintf(error, size, "%s: is not a regular file", path);
	else
		snprintf(error, size, "%s: %s", path, strerrordesc_np(errno));
	return NULL;
}

/* Return 0, or the errno. */
static int append(int fd, const char *body, size_t len)
{
	struct stat before;
	ssize_t n;
	int error = 0;

	/* Held by another process for the length of one write; if by a person, we try again later.
	 */
	if (flock(fd, LOCK_EX | LOCK_NB))
		return errno;
	if (fstat(fd, &before)) {
		error = errno;
		goto unlock;
	}
	n = write(fd, body, len);
	if (n < 0) {
		error = errno;
	} else if ((size_t)n < len) {
		error = ENOSPC;
		if (ftruncate(fd, before.st_size))
			error = errno;
	}

unlock:
	flock(fd, LOCK_UN);
	return error;
}

static void file_begin(void *handle, enum transport_request what, const char *body, size_t len)
{
	(void)handle;
	file.error = what == TRANSPORT_WRITE ? append(file.fd, body, len) : 0;
}

static bool file_poll(void *handle, int64_t wait_ns, struct transport_answer *answer)
{
	(void)handle;
	(void)wait_ns;
	memset(answer, 0, sizeof(*answer));
	if (file.error == 0)
		answer->status = 204;
	else
		snprintf(answer->text, sizeof(answer->text), "%s", strerrordesc_np(file.error));
	return true;
}

const struct transport transport_file = {file_open, file_begin, file_poll};
