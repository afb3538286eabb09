/*
 * A forked child ends at once and calls pthread_exit in a library's destructor, before its agent
 * has started. libc sees that this was the last thread, and the process ends.
 *
 * with-preload: ours libleave.so
 * limit: 30
 */
#include "expect.h"

#include <sys/wait.h>

int main(void)
{
	free(malloc(100));
	for (int i = 0; i < 20; i++) {
		pid_t pid = fork();
		int status;

		CHECK(pid >= 0);
		if (pid == 0)
			exit(0);
		CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	}
	return 0;
}
