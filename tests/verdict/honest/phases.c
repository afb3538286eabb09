/*
 * phases: programs whose memory changes with time: start-up, warm-up, bursts, days, generations.
 */
#include "honest.h"

#include <math.h>
#include <stdlib.h>

#define SECOND ROUNDS_A_SECOND

SITE(load_tables)
SITE(intern)
SITE(warm_up)
SITE(burst)
SITE(serve)
SITE(serve_day)
SITE(serve_long_day)
SITE(batch_item)
SITE(long_batch_item)
SITE(young)
SITE(shrinking_item)
SITE(shrinking_replace)
SITE(walk)
SITE(load_config)
SITE(first_phase)
SITE(second_phase)

static void *things[100000];
static size_t used;

static void put(void *p)
{
	things[used++] = p;
}

static void free_last(void)
{
	free(things[--used]);
}

static void free_all(void)
{
	while (used)
		free_last();
}

static void replace(void **slot, void *p)
{
	free(*slot);
	*slot = p;
}

/* What all programs of this file do besides: requests, of which the last 300 are kept. */
static void serve_requests(void)
{
	static void *requests[300];

	for (int i = 0; i < 2; i++)
		replace(&requests[random_below(300)], serve(1000));
}

/* Everything is loaded before the first request. */
static void begin_start_up(void)
{
	for (int i = 0; i < 20000; i++)
		put(load_tables(1500));
}

static void round_requests(unsigned round)
{
	(void)round;
	serve_requests();
}

/* 10,000 words, all read in the first ten seconds. */
static void round_intern(unsigned round)
{
	if (round < 10 * SECOND)
		for (int i = 0; i < 5; i++)
			put(intern(20 + random_below(200)));
	serve_requests();
}

/* 400 KiB/s for 30 s; afterwards what is there is only replaced. */
static void round_plateau(unsigned round)
{
	if (round < 30 * SECOND)
		put(warm_up(2000));
	else
		replace(&things[random_below((uint32_t)used)], warm_up(2000));
	serve_requests();
}

/* 12 MiB in half a second, after 20 s. */
static void round_burst(unsigned round)
{
	if (round >= 20 * SECOND && round < 20 * SECOND + SECOND / 2)
		for (int i = 0; i < 60; i++)
			put(burst(2000));
	serve_requests();
}

static void follow(double wanted, void *(*make)(size_t size))
{
	/* The oldest goes first, as in a table of sessions. */
	static size_t oldest, newest;

	while ((double)(newest - oldest) < wanted)
		things[newest++ % 100000] = make(1000);
	while ((double)(newest - oldest) > wanted)
		free(things[oldest++ % 100000]);
	/* Two a round turn over besides. */
	for (int i = 0; i < 2 && newest > oldest; i++) {
		free(things[oldest++ % 100000]);
		things[newest++ % 100000] = make(1000);
	}
}

static void round_day(unsigned round)
{
	follow(3000 - 2500 * cos(round * (2 * M_PI / (20.0 * SECOND))), serve_day);
}

static void round_long_day(unsigned round)
{
	follow(3000 - 2500 * cos(round * (2 * M_PI / (40.0 * SECOND))), serve_long_day);
}

static void grow_and_free(unsigned round, unsigned seconds, void *(*make)(size_t size))
{
	if (round % (seconds * SECOND) == 0)
		free_all();
	put(make(6000));
	serve_requests();
}

static void round_sawtooth(unsigned round)
{
	grow_and_free(round, 15, batch_item);
}

static void round_sawtooth_40s(unsigned round)
{
	grow_and_free(round, 40, long_batch_item);
}

/* Each second a tenth of what is young gets old.  Every 15 s nine of ten old objects are freed. */
static void round_generations(unsigned round)
{
	static void *old[100000];
	static size_t olds;

	for (int i = 0; i < 8; i++)
		put(young(500));
	while (used && round % SECOND == 0) {
		if (random_below(10))
			free_last();
		else
			old[olds++] = things[--used];
	}
	if (round % (15 * SECOND) == 0) {
		size_t kept = 0;

		for (size_t i = 0; i < olds; i++)
			if (random_below(10))
				free(old[i]);
			else
				old[kept++] = old[i];
		olds = kept;
	}
}

static void begin_shrinking(void)
{
	for (int i = 0; i < 20000; i++)
		put(shrinking_item(1000));
}

/* One object in 10 ms is freed for good, and some are replaced. */
static void round_shrinking(unsigned round)
{
	if (round % 2 == 0)
		free_last();
	replace(&things[random_below((uint32_t)used)], shrinking_replace(1000));
}

static void begin_walk(void)
{
	for (int i = 0; i < 4000; i++)
		put(walk(1000));
}

/* Live objects walk at random between 0 and 8,000. */
static void round_walk(unsigned round)
{
	size_t step = random_below(80);

	if (random_below(2))
		for (; step && used < 8000; step--)
			put(walk(1000));
	else
		for (; step && used > 0; step--)
			free_last();
	(void)round;
}

/* Every 12 s a configuration of 2 MB is read anew, and then the last one is freed. */
static void round_config(unsigned round)
{
	if (round % (12 * SECOND) == 0) {
		for (int i = 0; i < 1000; i++) {
			void *p = load_config(2000);

			if (used == 1000)
				replace(&things[i], p);
			else
				put(p);
		}
	}
	serve_requests();
}

/* For 30 s one table is made and used.  Then it is freed, while another one takes its place. */
static void round_phases(unsigned round)
{
	static void *second[20000];

	if (round < 20 * SECOND)
		put(first_phase(1000));
	else if (round >= 30 * SECOND && round < 50 * SECOND)
		second[round - 30 * SECOND] = second_phase(1000);
	if (round >= 30 * SECOND && used)
		free_last();
	if (round >= 50 * SECOND)
		replace(&second[random_below(20 * SECOND)], second_phase(1000));
	serve_requests();
}

const struct mode modes[] = {
    {"start_up", begin_start_up, round_requests},
    {"intern", NULL, round_intern},
    {"plateau_30s", NULL, round_plateau},
    {"burst_once", NULL, round_burst},
    {"day_20s", NULL, round_day},
    {"day_40s", NULL, round_long_day},
    {"sawtooth_15s", NULL, round_sawtooth},
    {"sawtooth_40s", NULL, round_sawtooth_40s},
    {"generations", NULL, round_generations},
    {"shrinking", begin_shrinking, round_shrinking},
    {"random_walk", begin_walk, round_walk},
    {"config_reload", NULL, round_config},
    {"phases", NULL, round_phases},
    {0},
};
