#ifndef MEMAGENT_TEST_POINTS_H
#define MEMAGENT_TEST_POINTS_H
/*
 * points: waits for the points that the agent writes beside the current directory, if there is an
 * agent.
 *
 * Memory   never allocates.
 */
#include <sys/stat.h>

#include "expect.h"

/* Return a descriptor. */
static inline int points_open(void)
{
	int fd = -1;

	for (int i = 0; fd < 0; i++) {
		CHECK(i < 10000);
		usleep(1000);
		fd = open("../points", O_RDONLY | O_CLOEXEC);
	}
	return fd;
}

static inline void points_wait_for(const char *wanted)
{
	static char text[1 << 20];
	int fd;

	if (getenv("EXPECT") == NULL)
		return;
	fd = points_open();
	for (int i = 0; strstr(text, wanted) == NULL; i++) {
		ssize_t length = pread(fd, text, sizeof(text) - 1, 0);

		CHECK(i < 1000 && length >= 0);
		text[length] = '\0';
		usleep(10000);
	}
	close(fd);
}

/* Wait for some more points. */
static inline void points_wait_for_more(void)
{
	struct stat before, now;
	int fd;

	if (getenv("EXPECT") == NULL)
		return;
	fd = points_open();
	CHECK(fstat(fd, &before) == 0);
	for (int i = 0;; i++) {
		CHECK(i < 10000 && fstat(fd, &now) == 0);
		if (now.st_size > before.st_size + 8192)
			break;
		usleep(1000);
	}
	close(fd);
}
#endif
