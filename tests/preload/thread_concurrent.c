/* 200 concurrent threads allocate, and each leaves an object for main to free. */
#include "thread.h"

enum { CROWD = 200, OBJECTS = 300 };

static pthread_barrier_t all_here;

struct member {
	pthread_t thread;
	struct tally tally;
	void *object[OBJECTS];
};

static struct member member[CROWD];

static void *work(void *argument)
{
	struct member *self = argument;

	thread_book(&self->tally);
	pthread_barrier_wait(&all_here);
	for (int round = 0; round < 20; round++) {
		for (size_t i = 0; i < OBJECTS; i++)
			self->object[i] =
			    tally_realloc(&self->tally, self->object[i], 1 + (i * 37) % 2000);
		for (int i = round % 2; i < OBJECTS; i += 2) {
			tally_free(&self->tally, self->object[i]);
			self->object[i] = NULL;
		}
	}
	pthread_barrier_wait(&all_here);
	return NULL;
}

int main(void)
{
	struct tally tally = {0};

	CHECK(pthread_barrier_init(&all_here, NULL, CROWD) == 0);
	for (int i = 0; i < CROWD; i++)
		member[i].thread =
		    thread_start(thread_stack(THREAD_STACK), THREAD_STACK, work, &member[i]);
	for (int i = 0; i < CROWD; i++) {
		CHECK(pthread_join(member[i].thread, NULL) == 0);
		for (int k = 0; k < OBJECTS; k++)
			tally_free(&tally, member[i].object[k]);
		tally_add(&tally, &member[i].tally);
	}
	CHECK(tally.mallocs == tally.frees);
	tally_expect(&tally);
	return 0;
}
