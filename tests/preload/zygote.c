/*
 * A program with an option of Chromium's or Electron's zygote gets no agent, whatever its name,
 * because such a zygote ends when it has more than one thread.  The program that starts it has an
 * agent.
 *
 * wants-points: some
 */
#include <sys/stat.h>

#include "expect.h"

int main(int argc, char **argv)
{
	struct stat tasks;
	pid_t child;

	if (argc > 1) {
		CHECK(stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink == 3);
		return 0;
	}
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		execl("/proc/self/exe", argv[0], "--no-sandbox", "--type=zygote", NULL);
		_exit(EXPECT_FAILED);
	}
	expect_child(child);
	return 0;
}
