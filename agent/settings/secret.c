#include "agent/settings/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

int secret_read(const char *path, char out[SECRET_BYTES])
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	char text[SECRET_BYTES + 1];
	size_t len;
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, text, SECRET_BYTES);
	close(fd);
	if (n < 0)
		return -1;
	text[n] = '\0';
	len = strcspn(text, "\r\n");
	if (len == 0 || len == SECRET_BYTES) {
		errno = len ? EMSGSIZE : ENODATA;
		return -1;
	}
	if (memchr(text, '\0', (size_t)n)) {
		errno = EILSEQ;
		return -1;
	}
	memcpy(out, text, len);
	out[len] = '\0';
	return 0;
}
