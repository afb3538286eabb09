/*
 * slots: the micro workload, a pair of malloc and free at a time.
 *
 *   slots [THREADS [PAIRS]]
 *
 * Each thread has 1,024 slots; a pair frees the object in a random slot and puts one
 * of random 16 to 527 bytes there.  Prints the nanoseconds that one pair takes in one
 * thread, the mean of all threads.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SLOTS = 1024, SIZE_MIN = 16, SIZE_RANGE = 512, THREADS_MAX = 64 };

struct worker {
	pthread_t thread;
	uint64_t pairs;
	uint64_t seed;
	double ns;
};

static pthread_barrier_t start;

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* xorshift64 (Marsaglia): a few cycles, and the same series in every run. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return *state = x;
}

static void churn(void **slot, uint64_t pairs, uint64_t *state)
{
	for (uint64_t i = 0; i < pairs; i++) {
		uint64_t random = next_random(state);
		void **object = &slot[random % SLOTS];

		free(*object);
		*object = malloc(SIZE_MIN + (random >> 32) % SIZE_RANGE);
		/* A program would use it: touch what a cache line of it costs anyway. */
		*(volatile char *)*object = 1;
	}
}

static void *work(void *argument)
{
	struct worker *self = argument;
	void *slot[SLOTS] = {NULL};
	uint64_t state = self->seed;
	double began;

	/* Fill the slots and warm up. */
	churn(slot, self->pairs / 10 + SLOTS, &state);
	pthread_barrier_wait(&start);
	began = now_ns();
	churn(slot, self->pairs, &state);
	self->ns = now_ns() - began;
	for (int i = 0; i < SLOTS; i++)
		free(slot[i]);
	return NULL;
}

int main(int argc, char **argv)
{
	static struct worker worker[THREADS_MAX];
	const int threads = argc > 1 ? atoi(argv[1]) : 1;
	const uint64_t pairs = argc > 2 ? strtoull(argv[2], NULL, 10) : 5000000;
	double sum = 0;

	if (threads < 1 || threads > THREADS_MAX || pairs == 0) {
		fprintf(stderr, "usage: slots [THREADS [PAIRS]]\n");
		return 2;
	}
	pthread_barrier_init(&start, NULL, (unsigned int)threads);
	for (int i = 0; i < threads; i++) {
		worker[i].pairs = pairs;
		worker[i].seed = 88172645463325252u + (uint64_t)i;
	}
	/* The main thread is the first worker: alone it runs in a process that has no other. */
	for (int i = 1; i < threads; i++)
		if (pthread_create(&worker[i].thread, NULL, work, &worker[i]))
			return 1;
	work(&worker[0]);
	for (int i = 1; i < threads; i++)
		pthread_join(worker[i].thread, NULL);
	for (int i = 0; i < threads; i++)
		sum += worker[i].ns / (double)pairs;
	printf("%.2f\n", sum / threads);
	return 0;
}
