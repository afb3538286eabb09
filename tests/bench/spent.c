/*
 * spent: prints the time that a command takes from its start to its end.
 *
 *   spent COUNT [NAME=VALUE...] COMMAND [ARGUMENT...]
 *
 * Runs it COUNT times, one after another, with these variables, and discards its output.  Prints
 * the medians of "ms", the time by the clock, and "cpu_ms", the processor time in user and system
 * mode with its children.  Of this program's own time only fork and exec are included.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX 10000

static double ms[RUNS_MAX], cpu_ms[RUNS_MAX];

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *value, int count)
{
	qsort(value, (size_t)count, sizeof(*value), compare);
	return (value[(count - 1) / 2] + value[count / 2]) / 2;
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

/* Return 0, or -1 if the run could not start or failed. */
static int run(char **command, double *took_ms, double *cpu)
{
	struct timespec began, ended;
	struct rusage used;
	int status;
	pid_t child;

	clock_gettime(CLOCK_MONOTONIC, &began);
	child = fork();
	if (child == 0)
		become(command);
	if (child < 0 || wait4(child, &status, 0, &used) != child)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &ended);
	if (status != 0) {
		fprintf(stderr, "spent: the command ended with status %#x\n", (unsigned)status);
		return -1;
	}
	*took_ms = (double)(ended.tv_sec - began.tv_sec) * 1e3 +
		   (double)(ended.tv_nsec - began.tv_nsec) / 1e6;
	*cpu = (seconds(used.ru_utime) + seconds(used.ru_stime)) * 1e3;
	return 0;
}

int main(int argc, char **argv)
{
	const int count = argc > 2 ? atoi(argv[1]) : 0;

	if (count < 1 || count > RUNS_MAX) {
		fprintf(stderr, "usage: spent COUNT [NAME=VALUE...] COMMAND [ARGUMENT...]\n");
		return 2;
	}
	for (int i = 0; i < count; i++)
		if (run(argv + 2, &ms[i], &cpu_ms[i]))
			return 1;
	printf("ms %.4f\n", median(ms, count));
	printf("cpu_ms %.4f\n", median(cpu_ms, count));
	return 0;
}
