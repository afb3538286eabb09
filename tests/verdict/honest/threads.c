/*
 * threads: threads that come and go, have data of their own, and hand objects to others.
 */
#include "honest.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define WORKERS 12

SITE(worker_item)
SITE(thread_data)
SITE(thread_scratch)
SITE(handed_over)
SITE(thread_cached)
SITE(main_item)

static void sleep_ms(long ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static void replace(void **slot, void *p)
{
	free(*slot);
	*slot = p;
}

static void start(void *(*work)(void *), void *argument)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, work, argument) || pthread_detach(thread))
		exit(2);
}

/* A worker lives for two seconds and frees all it has made. */
static void *come_and_go(void *unused)
{
	void *items[200];

	for (int i = 0; i < 200; i++) {
		items[i] = worker_item(2000);
		sleep_ms(10);
	}
	for (int i = 0; i < 200; i++)
		free(items[i]);
	return unused;
}

static void round_workers(unsigned round)
{
	static void *items[400];

	if (round % 50 == 0)
		start(come_and_go, NULL);
	replace(&items[random_below(400)], main_item(1000));
}

/* Thread N needs its data after 3 N seconds, for the first time. */
static void *use_data(void *number)
{
	intptr_t n = (intptr_t)number;
	void *data[64], *scratch = NULL;

	sleep_ms(3000 * n);
	for (int i = 0; i < 64; i++)
		data[i] = thread_data(4096);
	for (;;) {
		replace(&scratch, thread_scratch(3000));
		honest_write(data[5], 64);
		sleep_ms(20);
	}
	return NULL;
}

static void begin_lazy(void)
{
	for (intptr_t n = 0; n < WORKERS; n++)
		start(use_data, (void *)n);
}

static void round_main(unsigned round)
{
	static void *items[400];

	replace(&items[random_below(400)], main_item(1000));
	(void)round;
}

/* One thread makes objects, another one frees them. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	void *items[2000];
	size_t written, read;
} pipe_of = {.lock = PTHREAD_MUTEX_INITIALIZER, .filled = PTHREAD_COND_INITIALIZER};

static void *free_others(void *unused)
{
	pthread_mutex_lock(&pipe_of.lock);
	for (;;) {
		/* A thousand always wait. */
		while (pipe_of.written - pipe_of.read <= 1000)
			pthread_cond_wait(&pipe_of.filled, &pipe_of.lock);
		free(pipe_of.items[pipe_of.read++ % 2000]);
	}
	return unused;
}

static void begin_handover(void)
{
	start(free_others, NULL);
}

static void round_handover(unsigned round)
{
	pthread_mutex_lock(&pipe_of.lock);
	for (int i = 0; i < 3 && pipe_of.written - pipe_of.read < 2000; i++)
		pipe_of.items[pipe_of.written++ % 2000] = handed_over(900);
	pthread_cond_signal(&pipe_of.filled);
	pthread_mutex_unlock(&pipe_of.lock);
	(void)round;
}

/* Each thread has a cache of its own, which is filled at a pace of its own and then replaced. */
static void *use_cache(void *number)
{
	intptr_t n = (intptr_t)number;
	static void *caches[WORKERS][300];

	for (unsigned i = 0;; i++) {
		replace(&caches[n][i % 300], thread_cached(1500));
		sleep_ms(20 + 5 * n);
	}
	return NULL;
}

static void begin_caches(void)
{
	for (intptr_t n = 0; n < WORKERS; n++)
		start(use_cache, (void *)n);
}

const struct mode modes[] = {
    {"workers", NULL, round_workers},
    {"lazy_data", begin_lazy, round_main},
    {"handover", begin_handover, round_handover},
    {"thread_caches", begin_caches, round_main},
    {0},
};
