/*
 * With MEMAGENT_ENABLED=0 there is no thread, no file and no output.
 *
 * with-env: MEMAGENT_ENABLED=0
 * wants-points: none
 */
#include <sys/stat.h>

#include "expect.h"

int main(void)
{
	struct stat task;
	pid_t child;

	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	child = fork();
	CHECK(child >= 0);
	if (child != 0)
		expect_child(child);
	/* The directory has two links and one for each thread. */
	CHECK(stat("/proc/self/task", &task) == 0 && task.st_nlink == 3);
	return 0;
}
