/*
 * kinds: allocates at call sites of all kinds for some seconds, each in a function of its own name.
 *
 *   kinds SECONDS
 *
 * leak_all keeps everything, leak_few one of fifty objects, grow_vector one array that never stops
 * growing.  The others do not leak: start_up, local, full_cache, queue, pool, sawtooth.
 *
 * At the end it prints a line "FUNCTION RATE" for each leak: its usable bytes a second.
 */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUND_NS 1000000 /* a round of all kinds */
#define SLOTS 4000
#define LOCALS 50

/* The barrier keeps the call of malloc from becoming a jump. */
#define SITE(name)                                                                                 \
	__attribute__((noinline)) void *name(size_t size);                                         \
	void *name(size_t size)                                                                    \
	{                                                                                          \
		void *p = malloc(size);                                                            \
		if (p == NULL)                                                                     \
			exit(2);                                                                   \
		memset(p, 1, size);                                                                \
		__asm__ volatile("" ::: "memory");                                                 \
		return p;                                                                          \
	}
SITE(leak_all)
SITE(leak_few)
SITE(start_up)
SITE(local)
SITE(full_cache)
SITE(queue)
SITE(pool)
SITE(sawtooth)

static void *cached[SLOTS], *queued[SLOTS], *pooled[SLOTS], *few[SLOTS];
static size_t teeth;
static void *saw[SLOTS];
static char *vector;
static uint64_t leaked_all, leaked_few;
static size_t vector_bytes;

__attribute__((noinline)) static void grow_vector(size_t by)
{
	char *grown = realloc(vector, vector_bytes + by);

	if (grown == NULL)
		exit(2);
	memset(grown + vector_bytes, 1, by);
	vector = grown;
	vector_bytes += by;
}

static void replace(void **slot, void *p)
{
	free(*slot);
	*slot = p;
}

static unsigned next_random(void)
{
	static uint64_t state = 1;

	state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (unsigned)(state >> 33);
}

/* Return how many bytes are kept. */
static uint64_t keep(void *p)
{
	*(void **)p = vector; /* the compiler cannot know that nobody reads it */
	return malloc_usable_size(p);
}

static void begin(void)
{
	for (int i = 0; i < 2000; i++) {
		keep(start_up(1000));
		cached[i] = full_cache(800);
		cached[SLOTS - 1 - i] = full_cache(800);
	}
}

static void work(unsigned round)
{
	leaked_all += keep(leak_all(100));
	for (int i = 0; i < LOCALS; i++)
		free(local(300));
	/* One of fifty objects is never freed. */
	for (int i = 0; i < 50; i++)
		replace(&few[0], leak_few(200));
	leaked_few += keep(few[0]);
	few[0] = NULL;
	replace(&cached[next_random() % SLOTS], full_cache(800));
	replace(&queued[round % 1000], queue(500));
	replace(&pooled[next_random() % 100], pool(5000));
	saw[teeth++] = sawtooth(300);
	if (teeth == 700)
		while (teeth > 0)
			free(saw[--teeth]);
	if (round % 100 == 0)
		grow_vector(2000);
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

int main(int argc, char **argv)
{
	int64_t start = now_ns(),
		end = start + (argc > 1 ? atoi(argv[1]) : 1) * INT64_C(1000000000);
	double seconds;
	const struct timespec pause = {.tv_nsec = ROUND_NS};

	begin();
	for (unsigned round = 0; now_ns() < end; round++) {
		work(round);
		nanosleep(&pause, NULL);
	}
	seconds = (double)(now_ns() - start) / 1e9;
	printf("leak_all %.0f\nleak_few %.0f\ngrow_vector %.0f\n", (double)leaked_all / seconds,
	       (double)leaked_few / seconds, (double)malloc_usable_size(vector) / seconds);
	return fflush(stdout) != 0;
}
