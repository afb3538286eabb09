/*
 * Objects are made in one thread and freed in another.  One thread's balance becomes negative.  The
 * sum never does, in any point.
 */
#include "thread.h"

enum { ROUNDS = 200, OBJECTS = 500 };

struct hand_over {
	pthread_barrier_t barrier;
	void *object[OBJECTS];
};

static struct hand_over hand_over;

static void *consume(void *argument)
{
	struct tally *tally = argument;

	thread_book(tally);
	for (int round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&hand_over.barrier);
		for (int i = 0; i < OBJECTS; i++)
			tally_free(tally, hand_over.object[i]);
		pthread_barrier_wait(&hand_over.barrier);
	}
	return NULL;
}

static void produce(struct tally *tally)
{
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < OBJECTS; i++)
			hand_over.object[i] = tally_malloc(tally, 16 + i);
		pthread_barrier_wait(&hand_over.barrier);
		pthread_barrier_wait(&hand_over.barrier);
	}
}

int main(void)
{
	struct tally made = {0};
	struct tally gone = {0};
	pthread_t consumer;

	CHECK(pthread_barrier_init(&hand_over.barrier, NULL, 2) == 0);
	consumer = thread_start(thread_stack(THREAD_STACK), THREAD_STACK, consume, &gone);
	produce(&made);
	CHECK(pthread_join(consumer, NULL) == 0);
	tally_add(&made, &gone);
	CHECK(made.mallocs == made.frees);
	tally_expect(&made);
	return 0;
}
