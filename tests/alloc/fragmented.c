/*
 * fragmented: makes a heap of 64 MiB of which one object in sixty stays.  Then it waits MS, or
 * until no more than BYTES are resident.
 *
 *	fragmented MS [BYTES]
 *
 * The last object stays, so that the heap cannot shrink from its end.  Prints the resident
 * set in bytes before and after the wait.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIZE = 1000, OBJECTS = (64 << 20) / SIZE, KEPT = 60 };

static char *object[OBJECTS];

static long rss_bytes(void)
{
	char text[256];
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	long pages = 0;

	if (n <= 0)
		_exit(1);
	close(fd);
	text[n] = '\0';
	if (sscanf(text, "%*d %ld", &pages) != 1)
		_exit(1);
	return pages * sysconf(_SC_PAGESIZE);
}

static void tell_rss(void)
{
	char text[256];

	snprintf(text, sizeof(text), "%ld\n", rss_bytes());
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		_exit(1);
}

int main(int argc, char **argv)
{
	unsigned long ms = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	long bytes = argc > 2 ? strtol(argv[2], NULL, 10) : 0;

	for (size_t i = 0; i < OBJECTS; i++) {
		object[i] = malloc(SIZE);
		memset(object[i], 1, SIZE);
	}
	for (size_t i = 0; i < OBJECTS - 1; i++)
		if (i % KEPT != 0)
			free(object[i]);
	tell_rss();
	for (; ms > 0 && rss_bytes() > bytes; ms -= ms < 10 ? ms : 10)
		usleep(ms < 10 ? (useconds_t)ms * 1000 : 10000);
	tell_rss();
	return 0;
}
