#include "honest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t state = 1;

void *honest_write(void *p, size_t size)
{
	if (p == NULL)
		exit(2);
	return memset(p, 1, size);
}

static uint32_t next_random(void)
{
	state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(state >> 32);
}

uint32_t random_below(uint32_t n)
{
	return (uint32_t)((uint64_t)next_random() * n >> 32);
}

double random_unit(void)
{
	return ((double)next_random() + 1) / 4294967296.0;
}

static const struct mode *find(const char *name)
{
	for (const struct mode *m = modes; m->name; m++)
		if (strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

/* Wait until that round is due. */
static void wait_for(const struct timespec *start, unsigned round)
{
	struct timespec due = *start;

	due.tv_sec += round / ROUNDS_A_SECOND;
	due.tv_nsec += (long)(round % ROUNDS_A_SECOND) * (1000000000 / ROUNDS_A_SECOND);
	if (due.tv_nsec >= 1000000000) {
		due.tv_nsec -= 1000000000;
		due.tv_sec++;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR)
		;
}

int main(int argc, char **argv)
{
	const struct mode *mode = argc == 3 ? find(argv[1]) : NULL;
	struct timespec start;
	unsigned rounds;

	if (mode == NULL) {
		fprintf(stderr, "usage: %s MODE SECONDS; the modes are\n", argv[0]);
		for (const struct mode *m = modes; m->name; m++)
			fprintf(stderr, "\t%s\n", m->name);
		return 2;
	}
	rounds = (unsigned)atoi(argv[2]) * ROUNDS_A_SECOND;
	clock_gettime(CLOCK_MONOTONIC, &start);
	if (mode->begin)
		mode->begin();
	for (unsigned round = 0; round < rounds; round++) {
		wait_for(&start, round);
		mode->round(round);
	}
	return 0;
}
