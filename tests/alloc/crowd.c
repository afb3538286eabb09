/*
 * crowd: short-lived threads that free each other's objects and allocate until their very end.
 *
 *	crowd [api]
 *
 * Prints "FIELD VALUE" lines of what they did.  With "api", by jemalloc's own functions.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 20, THREADS = 8, OBJECTS = 500 };

/* Exists only in programs linked to jemalloc. */
__attribute__((weak)) void *mallocx(size_t size, int flags);
__attribute__((weak)) void *rallocx(void *p, size_t size, int flags);
__attribute__((weak)) void dallocx(void *p, int flags);

static int api;
static uint64_t mallocs, frees, reallocs, allocated, freed, requested;
static void *shared[THREADS][OBJECTS];
static pthread_key_t key;

static void add(uint64_t *sum, uint64_t n)
{
	__atomic_fetch_add(sum, n, __ATOMIC_RELAXED);
}

static void *make(size_t size)
{
	void *p = api ? mallocx(size, 0) : malloc(size);

	add(&mallocs, 1);
	add(&requested, size);
	add(&allocated, malloc_usable_size(p));
	return p;
}

static void *resize(void *p, size_t size)
{
	add(&reallocs, 1);
	add(&requested, size);
	add(&freed, malloc_usable_size(p));
	p = api ? rallocx(p, size, 0) : realloc(p, size);
	add(&allocated, malloc_usable_size(p));
	return p;
}

static void drop(void *p)
{
	add(&frees, 1);
	add(&freed, malloc_usable_size(p));
	if (api)
		dallocx(p, 0);
	else
		free(p);
}

/* Runs at a thread's end, several times, before and after other keys' destructors. */
static void at_end(void *p)
{
	drop(p);
	drop(make(77));
	if ((uintptr_t)pthread_getspecific(key) == 0 &&
	    __atomic_load_n(&mallocs, __ATOMIC_RELAXED) % 2)
		pthread_setspecific(key, make(33));
}

static void *work(void *argument)
{
	size_t self = (size_t)(uintptr_t)argument;
	void **mine = shared[self];
	void **others = shared[(self + 1) % THREADS];

	pthread_setspecific(key, make(11));
	for (size_t i = 0; i < OBJECTS; i++) {
		void *p = resize(make(i * 7 + 1), i * 5 + 1);

		p = __atomic_exchange_n(&mine[i], p, __ATOMIC_ACQ_REL);
		if (p)
			drop(p);
		p = __atomic_exchange_n(&others[i], NULL, __ATOMIC_ACQ_REL);
		if (p)
			drop(p);
	}
	return NULL;
}

static void tell(const char *field, uint64_t value)
{
	char text[64];

	snprintf(text, sizeof(text), "%s %llu\n", field, (unsigned long long)value);
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		_exit(1);
}

int main(int argc, char **argv)
{
	pthread_t thread[THREADS];

	api = argc > 1 && strcmp(argv[1], "api") == 0 && mallocx;
	pthread_key_create(&key, at_end);
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < THREADS; i++)
			if (pthread_create(&thread[i], NULL, work, (void *)(uintptr_t)i))
				return 1;
		for (size_t i = 0; i < THREADS; i++)
			pthread_join(thread[i], NULL);
	}
	tell("mallocs", mallocs);
	tell("frees", frees);
	tell("reallocs", reallocs);
	tell("total_requested_bytes", requested);
	tell("total_alloc_bytes", allocated);
	tell("total_freed_bytes", freed);
	return 0;
}
