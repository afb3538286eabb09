/*
 * used: prints the processor time that a session's processes have used so far, in nanoseconds.
 *
 *   used SESSION
 *
 * Reads each process's own clock, which includes ended threads and is finer than the ticks in
 * /proc. Ended children are not included.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const pid_t session = argc == 2 ? atoi(argv[1]) : 0;
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	long long sum = 0;

	if (session <= 0 || proc == NULL) {
		fprintf(stderr, "usage: used SESSION\n");
		return 2;
	}
	while ((entry = readdir(proc)) != NULL) {
		pid_t pid = atoi(entry->d_name);
		struct timespec used;
		clockid_t clock;

		if (pid > 0 && getsid(pid) == session && clock_getcpuclockid(pid, &clock) == 0 &&
		    clock_gettime(clock, &used) == 0)
			sum += used.tv_sec * 1000000000LL + used.tv_nsec;
	}
	closedir(proc);
	printf("%lld\n", sum);
	return 0;
}
