/*
 * malloc and free in destructors of thread-specific data, in up to four rounds and in any order, so
 * also after the library's own destructor.  What a thread counts then is never counted in a block
 * that the next thread already uses.  So threads end while others begin.
 */
#include <limits.h>
#include <stdbool.h>

#include "thread.h"

enum { LANES = 4, ROUNDS = 250, OBJECTS = 100 };

static pthread_key_t key[3];

struct lane {
	pthread_t thread;
	void *stack;
	struct tally tally;
	void *object;
	int rounds;
	bool idle; /* the thread uses the heap in the destructor only */
};

static void churn(struct tally *tally)
{
	for (size_t i = 0; i < OBJECTS; i++)
		tally_free(tally, tally_malloc(tally, i));
}

static void destroy(void *argument)
{
	struct lane *lane = argument;

	churn(&lane->tally);
	tally_free(&lane->tally, lane->object);
	lane->object = tally_malloc(&lane->tally, 333);
	if (++lane->rounds < PTHREAD_DESTRUCTOR_ITERATIONS)
		CHECK(pthread_setspecific(key[lane->rounds % 3], lane) == 0);
	else
		tally_free(&lane->tally, lane->object);
}

static void *work(void *argument)
{
	struct lane *lane = argument;

	CHECK(pthread_setspecific(key[lane->rounds % 3], lane) == 0);
	if (lane->idle)
		return NULL;
	thread_book(&lane->tally);
	churn(&lane->tally);
	lane->object = tally_malloc(&lane->tally, 100);
	return NULL;
}

static void start(struct lane *lane, bool idle)
{
	lane->rounds = 0;
	lane->object = NULL;
	lane->idle = idle;
	lane->thread = thread_start(lane->stack, THREAD_STACK, work, lane);
}

int main(void)
{
	static struct lane lane[LANES];
	struct tally tally = {0};
	/* The idle threads' dtv, which are not in the tally.  Their size is unknown. */
	uint64_t dtvs = 0;

	for (int i = 0; i < 3; i++)
		CHECK(pthread_key_create(&key[i], destroy) == 0);
	for (int i = 0; i < LANES; i++)
		lane[i].stack = thread_stack(THREAD_STACK);
	for (int i = 0; i < LANES * ROUNDS; i++) {
		struct lane *next = &lane[i % LANES];

		if (i >= LANES) {
			CHECK(pthread_join(next->thread, NULL) == 0);
			CHECK(next->rounds == PTHREAD_DESTRUCTOR_ITERATIONS);
		}
		start(next, i % 3 == 0);
		dtvs += i % 3 == 0;
	}
	for (int i = 0; i < LANES; i++) {
		CHECK(pthread_join(lane[i].thread, NULL) == 0);
		tally_add(&tally, &lane[i].tally);
	}
	expect("mallocs", "=", tally.mallocs + dtvs);
	expect("frees", "=", tally.frees + dtvs);
	expect("heap_objects", "=", 0);
	expect("heap_alloc_bytes", "=", 0);
	return 0;
}
