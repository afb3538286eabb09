#include "agent/base/contents.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Return the size of the file, or 0 with errno when it cannot be read into memory. */
static size_t size_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return 0;
	if (!S_ISREG(st.st_mode))
		errno = ENOTSUP;
	else if (st.st_size == 0)
		errno = ENODATA;
	else if ((size_t)st.st_size > CONTENTS_MOST)
		errno = EFBIG;
	else
		return (size_t)st.st_size;
	return 0;
}

/* Return the bytes read, at most ${size}; 0 with errno when there are none. */
static size_t read_all(int fd, char *bytes, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t n = read(fd, bytes + have, size - have);

		if (n < 0)
			return 0;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	if (have == 0)
		errno = ENODATA;
	return have;
}

static int read_from(struct contents *c, int fd)
{
	size_t size = size_of(fd);
	struct contents new;
	int error;

	if (size == 0)
		return -1;
	new.bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (new.bytes == MAP_FAILED)
		return -1;
	new.len = read_all(fd, new.bytes, size);
	if (new.len == 0) {
		error = errno;
		munmap(new.bytes, size);
		errno = error;
		return -1;
	}
	if (c->bytes)
		munmap(c->bytes, c->len);
	*c = new;
	return 0;
}

int contents_read(struct contents *c, const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int result, error;

	if (fd < 0)
		return -1;
	result = read_from(c, fd);
	error = errno;
	close(fd);
	errno = error;
	return result;
}
