/*
 * shares: allocates at a hundred call sites, each with a size and a number of objects of its own.
 *
 *   shares FILE [SEED]
 *
 * Writes a line "FUNCTION LIVE ALLOCATED" for each call site to FILE: the usable bytes that are
 * live at the end, and those of all objects.  Sizes go from 16 bytes to 1 MiB.  Some sites are used
 * by a second thread, some objects are freed by another thread, and some sites resize.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SITES 100
#define KEPT_BYTES ((size_t)300 << 10) /* at each site, about */
#define MADE_BYTES ((size_t)600 << 10)

static uint64_t live[SITES], made[SITES];
static void **kept[SITES];
static size_t kept_used[SITES];

static void *note(int site, void *p)
{
	made[site] += malloc_usable_size(p);
	live[site] += malloc_usable_size(p);
	return p;
}

/* The barrier keeps the calls of malloc from becoming jumps. */
#define SITE(n)                                                                                    \
	__attribute__((noinline)) void *site_##n(void *p, size_t size);                            \
	void *site_##n(void *p, size_t size)                                                       \
	{                                                                                          \
		void *q = (n) % 10 == 9 ? realloc(p, size)                                         \
					: ((n) % 10 == 8 ? calloc(1, size) : malloc(size));        \
		__asm__ volatile("" ::: "memory");                                                 \
		return q;                                                                          \
	}
#define TEN(n)                                                                                     \
	SITE(n##0)                                                                                 \
	SITE(n##1)                                                                                 \
	SITE(n##2) SITE(n##3) SITE(n##4) SITE(n##5) SITE(n##6) SITE(n##7) SITE(n##8) SITE(n##9)
TEN(1)
TEN(2)
TEN(3)
TEN(4)
TEN(5)
TEN(6)
TEN(7)
TEN(8)
TEN(9)
TEN(10)

#define NAME(n) site_##n,
#define TEN_NAMES(n)                                                                               \
	NAME(n##0)                                                                                 \
	NAME(n##1)                                                                                 \
	NAME(n##2)                                                                                 \
	NAME(n##3) NAME(n##4) NAME(n##5) NAME(n##6) NAME(n##7) NAME(n##8) NAME(n##9)
static void *(*const sites[SITES])(void *, size_t) = {
    TEN_NAMES(1) TEN_NAMES(2) TEN_NAMES(3) TEN_NAMES(4) TEN_NAMES(5) TEN_NAMES(6) TEN_NAMES(7)
	TEN_NAMES(8) TEN_NAMES(9) TEN_NAMES(10)};

/* From 16 bytes to 1 MiB, a power of two and a bit for each four sites. */
static size_t size_of(int site)
{
	size_t size = (size_t)16 << (site % 17);

	return size < (1 << 20) ? size + (size_t)site : size;
}

static void use_site(int site)
{
	size_t size = size_of(site);
	size_t n = MADE_BYTES / size + 1, keep = KEPT_BYTES / size + 1;

	kept[site] = malloc(keep * sizeof(void *));
	for (size_t i = 0; i < n; i++) {
		void *p = NULL;

		if (site % 10 == 9) /* an object of 1 byte that grows at this site */
			p = malloc(1);
		p = note(site, sites[site](p, size));
		if (i < keep) {
			kept[site][kept_used[site]++] = p;
			continue;
		}
		live[site] -= malloc_usable_size(p);
		free(p);
	}
}

static void *use_odd_sites(void *unused)
{
	(void)unused;
	for (int site = 1; site < SITES; site += 2)
		use_site(site);
	return NULL;
}

/* Objects of every fifth site are freed by another thread. */
static void *free_some(void *unused)
{
	(void)unused;
	for (int site = 0; site < SITES; site += 5)
		for (size_t i = 0; i < kept_used[site]; i += 3) {
			live[site] -= malloc_usable_size(kept[site][i]);
			free(kept[site][i]);
		}
	return NULL;
}

static void run(void *(*start)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, start, NULL) || pthread_join(thread, NULL))
		exit(2);
}

int main(int argc, char **argv)
{
	FILE *file = argc > 1 ? fopen(argv[1], "w") : NULL;

	if (file == NULL) {
		fprintf(stderr, "usage: shares FILE\n");
		return 2;
	}
	for (int site = 0; site < SITES; site += 2)
		use_site(site);
	run(use_odd_sites);
	run(free_some);
	for (int site = 0; site < SITES; site++)
		fprintf(file, "site_%d %llu %llu\n", site + 10, (unsigned long long)live[site],
			(unsigned long long)made[site]);
	return fclose(file) != 0;
}
