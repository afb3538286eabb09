#ifndef MEMAGENT_TEST_BENCH_H
#define MEMAGENT_TEST_BENCH_H
/*
 * bench: shared by the micro workloads: starts threads together and measures them.
 *
 *   NAME [THREADS [COUNT]]
 *
 * Each thread does COUNT operations.  The main thread is one of them, so with THREADS 1 the process
 * has a single thread.  Prints two lines: "ns", the time of one operation in one thread (the mean
 * of all threads), and "cpu_ns", the processor time of the process for one operation, with the
 * threads that a preloaded library adds.
 *
 * Threads are pinned to processors in turn, as are those that they create.  The scheduler would run
 * two threads that pass objects on one processor in some runs and on two in others.  On one they
 * never contend for a lock and are ten times as fast, which would hide everything else.
 */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BENCH_THREADS_MAX 64

struct bench {
	pthread_t thread;
	unsigned index;
	uint64_t count;
	uint64_t random; /* state of bench_random */
	double ns;
};

/* Defined by the workload: do ${count} operations in the thread ${self}. */
static void bench_run(struct bench *self, uint64_t count);

static pthread_barrier_t bench_barrier;
static double bench_cpu_began;

static double bench_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* xorshift64 (Marsaglia): takes a few cycles, and gives the same series in every run. */
static inline uint64_t bench_random(struct bench *self)
{
	uint64_t x = self->random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return self->random = x;
}

/* Touch the object as a program would: that costs one cache line. */
static inline void *bench_object(size_t size)
{
	void *p = malloc(size);

	*(volatile char *)p = 1;
	return p;
}

static void take_processor(unsigned index)
{
	cpu_set_t allowed, mine;
	int skip;

	sched_getaffinity(0, sizeof(allowed), &allowed);
	skip = (int)index % CPU_COUNT(&allowed);
	CPU_ZERO(&mine);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &allowed) && skip-- == 0)
			CPU_SET(i, &mine);
	sched_setaffinity(0, sizeof(mine), &mine);
}

static void *bench_thread(void *argument)
{
	struct bench *self = argument;
	double began;

	take_processor(self->index);
	bench_run(self, self->count / 10 + 1); /* to warm up */
	if (pthread_barrier_wait(&bench_barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
		bench_cpu_began = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
	pthread_barrier_wait(&bench_barrier); /* no thread starts before the clock is read */
	began = bench_clock(CLOCK_MONOTONIC);
	bench_run(self, self->count);
	self->ns = bench_clock(CLOCK_MONOTONIC) - began;
	pthread_barrier_wait(&bench_barrier);
	return NULL;
}

static int bench_main(int argc, char **argv, uint64_t count)
{
	static struct bench bench[BENCH_THREADS_MAX];
	const int threads = argc > 1 ? atoi(argv[1]) : 1;
	double cpu, sum = 0;

	if (argc > 2)
		count = strtoull(argv[2], NULL, 10);
	if (threads < 1 || threads > BENCH_THREADS_MAX || count == 0) {
		fprintf(stderr, "usage: %s [THREADS [COUNT]]\n", argv[0]);
		return 2;
	}
	pthread_barrier_init(&bench_barrier, NULL, (unsigned)threads);
	for (int i = 0; i < threads; i++) {
		bench[i].index = (unsigned)i;
		bench[i].count = count;
		bench[i].random = 88172645463325252U + (uint64_t)i;
		if (i > 0 && pthread_create(&bench[i].thread, NULL, bench_thread, &bench[i]))
			return 1;
	}
	bench_thread(&bench[0]);
	for (int i = 0; i < threads; i++) {
		if (i > 0)
			pthread_join(bench[i].thread, NULL);
		sum += bench[i].ns;
	}
	/* After their end: for a running thread the kernel counts only up to its last tick. */
	cpu = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - bench_cpu_began;
	printf("ns %.3f\ncpu_ns %.3f\n", sum / threads / (double)count,
	       cpu / threads / (double)count);
	return 0;
}

#endif
