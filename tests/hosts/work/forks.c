/* Forks while another thread, the agent's perhaps, is at work. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	int status;

	for (int i = 0; i < 100; i++) {
		pid_t child = fork();

		free(malloc(100));
		if (child == 0)
			_exit(0);
		if (child < 0 || waitpid(child, &status, 0) != child || status)
			return 1;
	}
	puts("done");
	return 0;
}
