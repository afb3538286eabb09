/* Request 20 GB at once, then fork a child that requests nothing. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	pid_t child;

	for (int i = 0; i < 20000; i++) {
		void *volatile p = malloc(1000000);

		free(p);
	}
	sleep(3);
	child = fork();
	if (child == 0) {
		sleep(2);
		return 0;
	}
	return child < 0 || waitpid(child, NULL, 0) != child;
}
