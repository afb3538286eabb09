/*
 * caches: what keeps entries to find them again, and lets the old ones go.
 *
 * The first four are least recently used caches: keys are drawn evenly or by Zipf's law, while the
 * cache is filled and when it is full.  filling_evenly frees nothing in the first minute and fills
 * ever more slowly; filling_forever fills at a constant rate and frees nothing.
 */
#include "honest.h"

#include <math.h>
#include <stdlib.h>

#define MOST_KEYS 200000

SITE(lru_insert_evenly)
SITE(lru_insert_zipf)
SITE(lru_refill_evenly)
SITE(lru_refill_zipf)
SITE(lru_insert_new)
SITE(lru_insert_large)
SITE(cache_never_full)
SITE(cache_slowly_full)
SITE(ttl_insert)
SITE(ttl_insert_45s)
SITE(memoise_result)
SITE(session_open)
SITE(session_open_pareto)
SITE(negative_insert)

struct entry {
	struct entry *older, *newer;
	uint32_t key;
};

static struct {
	void *(*make)(size_t size);
	uint32_t keys, capacity, used;
	size_t bytes;
	struct entry ends; /* ends.newer is the oldest */
	struct entry *by_key[MOST_KEYS];
} cache;

static void cache_open(void *(*make)(size_t size), uint32_t keys, uint32_t capacity, size_t bytes)
{
	cache.make = make;
	cache.keys = keys;
	cache.capacity = capacity;
	cache.bytes = bytes;
	cache.ends.older = cache.ends.newer = &cache.ends;
}

static void unlink_entry(struct entry *e)
{
	e->older->newer = e->newer;
	e->newer->older = e->older;
}

static void link_newest(struct entry *e)
{
	e->older = cache.ends.older;
	e->newer = &cache.ends;
	e->older->newer = e;
	cache.ends.older = e;
}

static void evict_oldest(void)
{
	struct entry *oldest = cache.ends.newer;

	unlink_entry(oldest);
	cache.by_key[oldest->key] = NULL;
	free(oldest);
	cache.used--;
}

static void look_up(uint32_t key)
{
	struct entry *e = cache.by_key[key];

	if (e) {
		unlink_entry(e);
	} else {
		if (cache.used == cache.capacity)
			evict_oldest();
		e = cache.make(cache.bytes);
		e->key = key;
		cache.by_key[key] = e;
		cache.used++;
	}
	link_newest(e);
}

static uint32_t even_key(void)
{
	return random_below(cache.keys);
}

/* Zipf's law with exponent 1, by the inverse of its distribution. */
static uint32_t zipf_key(void)
{
	return (uint32_t)exp(random_unit() * log((double)cache.keys)) - 1;
}

static void fill(uint32_t (*key)(void))
{
	while (cache.used < cache.capacity)
		look_up(key());
}

static void begin_evenly_full(void)
{
	cache_open(lru_insert_evenly, 32000, 8000, 700);
	fill(even_key);
}

static void begin_zipf_full(void)
{
	cache_open(lru_insert_zipf, 100000, 8000, 700);
	fill(zipf_key);
}

/* 600 lookups a second: full after about 20 s. */
static void begin_evenly_filling(void)
{
	cache_open(lru_refill_evenly, 60000, 11000, 2000);
}

/* 1,200 lookups a second, of which ever more hit: full after about 30 s. */
static void begin_zipf_filling(void)
{
	cache_open(lru_refill_zipf, 150000, 11000, 2000);
}

/* 600 new keys a second: full after 25 s. */
static void begin_new_filling(void)
{
	cache_open(lru_insert_new, 60000, 15000, 2000);
}

static void begin_forever(void)
{
	cache_open(cache_never_full, MOST_KEYS, MOST_KEYS, 2000);
}

static void begin_slowly(void)
{
	cache_open(cache_slowly_full, 60000, 60000, 2000);
}

/* Every result is computed once, and then found. */
static void begin_memoise(void)
{
	cache_open(memoise_result, 15000, 15000, 2000);
}

static void round_evenly(unsigned round)
{
	(void)round;
	for (int i = 0; i < 3; i++)
		look_up(even_key());
}

static void round_zipf(unsigned round)
{
	(void)round;
	for (int i = 0; i < 6; i++)
		look_up(zipf_key());
}

static void round_new(unsigned round)
{
	for (uint32_t i = 0; i < 3; i++)
		look_up((round * 3 + i) % cache.keys);
}

/* Twenty objects of 1 MiB; four lookups a second. */
static void begin_large(void)
{
	cache_open(lru_insert_large, 60, 20, 1 << 20);
}

static void round_large(unsigned round)
{
	if (round % 50 == 0)
		look_up(even_key());
}

/* Entries that end at a time of their own, in a wheel of rounds. */
#define WHEEL (ROUNDS_A_SECOND * 600)

struct timed {
	struct timed *next;
};
static struct timed *wheel[WHEEL];

static void expire(unsigned round)
{
	struct timed *next;

	for (struct timed *t = wheel[round % WHEEL]; t; t = next) {
		next = t->next;
		free(t);
	}
	wheel[round % WHEEL] = NULL;
}

static void keep_until(struct timed *t, unsigned end)
{
	t->next = wheel[end % WHEEL];
	wheel[end % WHEEL] = t;
}

static void round_ttl(unsigned round)
{
	expire(round);
	keep_until(ttl_insert(600), round + 20 * ROUNDS_A_SECOND);
	keep_until(ttl_insert(600), round + 20 * ROUNDS_A_SECOND);
}

static void round_ttl_45s(unsigned round)
{
	expire(round);
	keep_until(ttl_insert_45s(4000), round + 45 * ROUNDS_A_SECOND);
}

/* Lifetimes of 15 s on average. */
static void round_exponential(unsigned round)
{
	expire(round);
	keep_until(session_open(6000),
		   round + 1 + (unsigned)(-log(random_unit()) * 15 * ROUNDS_A_SECOND));
}

/* Lifetimes of at least 3 s and of 9 s on average; some are much longer. */
static void round_pareto(unsigned round)
{
	double seconds = 3 * pow(random_unit(), -1 / 1.5);

	expire(round);
	keep_until(session_open_pareto(6000),
		   round + 1 + (unsigned)((seconds < 590 ? seconds : 590) * ROUNDS_A_SECOND));
}

/* Misses are remembered, and all forgotten together every ten seconds. */
static void round_negative(unsigned round)
{
	keep_until(negative_insert(300), 0);
	keep_until(negative_insert(300), 0);
	if (round % (10 * ROUNDS_A_SECOND) == 0)
		expire(0);
}

const struct mode modes[] = {
    {"lru_evenly_full", begin_evenly_full, round_evenly},
    {"lru_zipf_full", begin_zipf_full, round_zipf},
    {"lru_evenly_filling", begin_evenly_filling, round_evenly},
    {"lru_zipf_filling", begin_zipf_filling, round_zipf},
    {"filling_25s", begin_new_filling, round_new},
    {"filling_evenly", begin_slowly, round_evenly},
    {"filling_forever", begin_forever, round_new},
    {"lru_large", begin_large, round_large},
    {"memoise", begin_memoise, round_evenly},
    {"ttl", NULL, round_ttl},
    {"ttl_45s", NULL, round_ttl_45s},
    {"sessions_exponential", NULL, round_exponential},
    {"sessions_pareto", NULL, round_pareto},
    {"negative_cache", NULL, round_negative},
    {0},
};
