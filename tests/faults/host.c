/*
 * host: a program of known output, files and status, which runs while the agent's calls fail.
 *
 *	host FILE [MS]
 *
 * Forty threads allocate at once, a file is written and read again, and it takes MS (30) ms.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* More than the initial blocks of counters. */
#define THREADS 40
#define OBJECTS 50
/* So small that libc caches all of them. */
#define STACK_BYTES ((size_t)64 << 10)
#define STATUS 7

static pthread_barrier_t all_here;

static void *work(void *arg)
{
	unsigned char *objects[OBJECTS];
	uintptr_t sum = 0;

	pthread_barrier_wait(&all_here);
	for (size_t i = 0; i < OBJECTS; i++) {
		objects[i] = malloc(i * 37 + 1);
		if (objects[i] == NULL)
			exit(90);
		memset(objects[i], (int)i, i * 37 + 1);
	}
	pthread_barrier_wait(&all_here);
	for (size_t i = 0; i < OBJECTS; i++) {
		errno = 123;
		objects[i] = realloc(objects[i], i * 41 + 1);
		if (objects[i] == NULL || errno != 123)
			exit(91);
		sum += objects[i][i * 37] + (uintptr_t)arg;
		free(objects[i]);
	}
	return (void *)sum;
}

/* Return the sum of all threads' results. */
static uintptr_t crowd(void)
{
	pthread_t threads[THREADS];
	pthread_attr_t attributes;
	uintptr_t sum = 0;

	if (pthread_barrier_init(&all_here, NULL, THREADS) || pthread_attr_init(&attributes) ||
	    pthread_attr_setstacksize(&attributes, STACK_BYTES))
		exit(92);
	for (uintptr_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], &attributes, work, (void *)i))
			exit(93);
	for (size_t i = 0; i < THREADS; i++) {
		void *part;

		if (pthread_join(threads[i], &part))
			exit(94);
		sum += (uintptr_t)part;
	}
	return sum;
}

int main(int argc, char **argv)
{
	long ms = argc > 2 ? atol(argv[2]) : 30;
	struct timespec left = {ms / 1000, ms % 1000 * 1000000};
	char text[64] = "";
	int fd;

	if (argc < 2)
		return 2;
	snprintf(text, sizeof(text), "sum %lu\n", (unsigned long)crowd());
	fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	printf("the file is %d\n", fd);
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return 95;
	while (nanosleep(&left, &left) && errno == EINTR)
		;
	if (pread(fd, text, sizeof(text), 0) <= 0 || close(fd))
		return 96;
	printf("it says %s", text);
	return STATUS;
}
