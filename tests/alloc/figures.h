#ifndef FIGURES_H
#define FIGURES_H
/*
 * figures: wait until the agent has asked the allocator once more.  Allocates nothing.
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

/* The file of ${path} is where the points go.  The first of two may have been under way. */
static void wait_for_figures(const char *path)
{
	int before = points_with("heap_sys_bytes=", path);

	for (int i = 0; i < 3000 && points_with("heap_sys_bytes=", path) < before + 2; i++)
		usleep(10000);
}

#endif
