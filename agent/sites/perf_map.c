#include "agent/sites/perf_map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/sites/wanted.h"

#define MAX_BYTES (UINT64_C(64) << 20)

int perf_map_open(const char *directory, pid_t pid)
{
	char path[256];
	struct stat file;
	int fd;

	snprintf(path, sizeof(path), "%s/perf-%d.map", directory, (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -1;
	if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_uid == geteuid())
		return fd;
	close(fd);
	return -1;
}

/* Read a hexadecimal number and the space behind it.  Return what follows, or NULL. */
static const char *read_number(const char *at, const char *end, uint64_t *out)
{
	const char *start;

	if (end - at > 2 && at[0] == '0' && at[1] == 'x')
		at += 2;
	start = at;
	*out = 0;
	for (; at < end && at - start <= 16; at++) {
		unsigned c = (unsigned char)*at | 0x20;

		if (*at >= '0' && *at <= '9')
			*out = *out << 4 | (uint64_t)(*at - '0');
		else if (c >= 'a' && c <= 'f')
			*out = *out << 4 | (uint64_t)(c - 'a' + 10);
		else
			break;
	}
	return at > start && at < end && *at == ' ' ? at + 1 : NULL;
}

/* Take the line from ${line} to ${end}, which is at ${at} in the file. */
static void take_line(const char *line, const char *end, uint64_t at,
		      struct perf_map_wanted *wanted, size_t count)
{
	uint64_t start, size;
	const char *name = read_number(line, end, &start);

	name = name ? read_number(name, end, &size) : NULL;
	if (name == NULL || name == end)
		return;
	for (size_t i = wanted_from(&wanted->address, sizeof(*wanted), count, start);
	     i < count && wanted[i].address - start < size; i++) {
		wanted[i].name_at = at + (uint64_t)(name - line);
		wanted[i].name_bytes = (uint32_t)(end - name);
	}
}

bool perf_map_scan(int fd, uint64_t *position, char *piece, struct perf_map_wanted *wanted,
		   size_t count)
{
	ssize_t n = pread(fd, piece, PERF_MAP_PIECE, (off_t)*position);
	const char *line = piece, *end;

	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0 || *position > MAX_BYTES)
		return false;
	while ((end = memchr(line, '\n', (size_t)(piece + n - line))) != NULL) {
		take_line(line, end, *position + (uint64_t)(line - piece), wanted, count);
		line = end + 1;
	}
	/* The rest of a line is read again with the next piece; a line without an end is left out.
	 */
	*position += line > piece ? (uint64_t)(line - piece) : (uint64_t)n;
	return true;
}
