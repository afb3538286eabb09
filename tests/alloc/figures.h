#ifndef FIGURES_H
#define FIGURES_H
/*
 * figures: waits until the agent has read the allocator's statistics once more.  Never allocates.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int points_with(const char *field, const char *path)
{
	static char text[1 << 20];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	int points = 0;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	for (const char *p = strstr(text, field); p; p = strstr(p + 1, field))
		points++;
	return points;
}

/* The points are written to ${path}.  Wait for two readings: the first may have begun earlier. */
static void wait_for_figures(const char *path)
{
	int before = points_with("heap_sys_bytes=", path);

	for (int i = 0; i < 3000 && points_with("heap_sys_bytes=", path) < before + 2; i++)
		usleep(10000);
}

#endif
