/*
 * crowd: a process with many idle threads, for the agent to sample.
 *
 *   crowd THREADS
 *
 * Each thread, the main one included, makes one object.  Prints "ready" when all run, and ends when
 * its standard input does.
 */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_barrier_t ready;

static void *wait_for_the_end(void *unused)
{
	(void)!malloc(100);
	pthread_barrier_wait(&ready);
	for (;;)
		pause();
	return unused;
}

int main(int argc, char **argv)
{
	const int threads = argc == 2 ? atoi(argv[1]) : 0;
	pthread_attr_t small;
	pthread_t thread;
	char end;

	if (threads < 1) {
		fprintf(stderr, "usage: crowd THREADS\n");
		return 2;
	}
	(void)!malloc(100);
	pthread_barrier_init(&ready, NULL, (unsigned)threads);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, PTHREAD_STACK_MIN);
	for (int i = 1; i < threads; i++)
		if (pthread_create(&thread, &small, wait_for_the_end, NULL)) {
			perror("crowd: pthread_create");
			return 1;
		}
	pthread_barrier_wait(&ready);
	puts("ready");
	fflush(stdout);
	return read(STDIN_FILENO, &end, 1) < 0;
}
