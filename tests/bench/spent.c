/*
 * spent: what a command takes, from its start to its end.
 *
 *   spent COUNT [NAME=VALUE...] COMMAND [ARGUMENT...]
 *
 * Runs it COUNT times, one after another, with these variables and its output thrown away.  Prints
 * "ms" and "cpu_ms" of one run, the mean of all: by the clock, and of the processor in user and
 * system mode, its children included.  Nothing of this program's own is in it but fork and exec.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void become(char **command)
{
	int null = open("/dev/null", O_WRONLY);

	if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(126);
	close(null);
	for (; *command && strchr(*command, '='); command++)
		putenv(*command);
	if (*command)
		execvp(*command, command);
	perror("spent");
	_exit(127);
}

int main(int argc, char **argv)
{
	const int count = argc > 2 ? atoi(argv[1]) : 0;
	struct timespec began, ended;
	struct rusage used;

	if (count < 1) {
		fprintf(stderr, "usage: spent COUNT [NAME=VALUE...] COMMAND [ARGUMENT...]\n");
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &began);
	for (int i = 0; i < count; i++) {
		pid_t child = fork();
		int status;

		if (child == 0)
			become(argv + 2);
		if (child < 0 || waitpid(child, &status, 0) != child)
			return 1;
		if (status != 0) {
			fprintf(stderr, "spent: the command ended with status %#x\n",
				(unsigned)status);
			return 1;
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &ended);
	getrusage(RUSAGE_CHILDREN, &used);
	printf("ms %.4f\n", ((double)(ended.tv_sec - began.tv_sec) * 1e3 +
			     (double)(ended.tv_nsec - began.tv_nsec) / 1e6) /
				count);
	printf("cpu_ms %.4f\n", (seconds(used.ru_utime) + seconds(used.ru_stime)) * 1e3 / count);
	return 0;
}
