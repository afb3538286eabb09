#include "agent/sites/trends.h"

#include <math.h>

#include "shim/sites/exponential.h"
#include "shim/sites/live.h"
#include "shim/sites/objects.h"
#include "shim/sites/walk.h"
#include "tests/unit/enter.h"
#include "tests/unit/unit.h"

#define ONE ((uint64_t)1 << WEIGHT_PLACES)
#define STEP_S 5	     /* between two snapshots */
#define MINUTE (60 / STEP_S) /* in snapshots */
#define HOUR (60 * MINUTE)
#define SITES 20
#define SAMPLE_BYTES 65536
#define SAMPLES 8000
#define FOR_EVER 1e9
#define USUAL_WORK 5e6 /* bytes requested between two snapshots */

static const struct object object = {.build_id_size = 2, .build_id = {1, 2}, .path = "/a"};

const struct object *objects_at(unsigned index)
{
	return index == 1 ? &object : NULL;
}

/*
 * A process of SITES alike call sites, whose samples are drawn at random, in simulated time.  So
 * there are hundreds of hours for noise to look like a leak in.
 */
struct world {
	/* Samples that a site makes between two snapshots, in time, and how long one lives. */
	double (*made)(double s, unsigned site);
	double (*lifetime)(double s, unsigned site);
	double (*heap)(double s); /* samples that the process holds, exactly */
};

static struct snapshot snapshot;
static struct trends trends;
static unsigned stacks[SITES];
static uint64_t functions[STACKS];
static uint64_t random_state;
static double now_s;
static double requested; /* bytes, so far */
static double work;	 /* bytes requested between two snapshots */

static struct {
	uintptr_t address; /* 0: unused */
	double dies_s;
} samples[SAMPLES];

static double uniform(void)
{
	return ((double)unit_pick(&random_state, 1000000) + 0.5) / 1000000;
}

static double exponential(double mean)
{
	return -mean * log(uniform());
}

static unsigned poisson(double mean)
{
	unsigned n = 0;

	for (double left = exponential(1); left < mean; left += exponential(1))
		n++;
	return n;
}

static void start(uint64_t seed)
{
	random_state = seed + 1;
	ck_assert(snapshot_open(&snapshot) && stacks_open() && live_open() && trends_open(&trends));
	trends_reset(&trends);
	snapshot.start_s = 1000;
	now_s = requested = 0;
	work = USUAL_WORK;
	for (unsigned i = 0; i < SITES; i++) {
		const uint64_t frame = (uint64_t)1 << WALK_OBJECT_SHIFT | (i + 1) * 16;

		stacks[i] = enter_frames(&frame, 1, WALK_WHOLE);
		stacks_count_made(stacks[i], 1, ONE);
	}
}

static void make_sample(unsigned site, double born_s, double lifetime)
{
	static uintptr_t address = 1 << 20;
	static size_t at;
	struct live_sample sample = {.address = address += 4096,
				     .stack = stacks[site],
				     .born_s = 1000 + (uint32_t)born_s,
				     .bytes = SAMPLE_BYTES,
				     .weight = 1000 * ONE};

	if (!live_insert(&sample)) /* its bucket is full */
		return;
	while (samples[at].address)
		at = (at + 1) % SAMPLES;
	samples[at].address = sample.address;
	samples[at].dies_s = born_s + lifetime;
}

static void free_samples(void)
{
	for (size_t i = 0; i < SAMPLES; i++) {
		struct live_sample sample;

		if (samples[i].address == 0 || samples[i].dies_s > now_s)
			continue;
		ck_assert(live_remove((const void *)samples[i].address, &sample));
		samples[i].address = 0;
	}
}

static void take_snapshot(const struct world *world)
{
	for (unsigned site = 0; site < SITES; site++)
		for (unsigned n = poisson(world->made(now_s, site)); n > 0; n--)
			make_sample(site, now_s + uniform() * STEP_S, world->lifetime(now_s, site));
	now_s += STEP_S;
	free_samples();
	snapshot_take(&snapshot, 1000 + (uint32_t)now_s);
	requested += work;
	if (trends_add(&trends, &snapshot, world->heap(now_s) * SAMPLE_BYTES, requested))
		trends_judge(&trends, &snapshot, functions);
}

static enum judgement verdict_of(unsigned site)
{
	return trends_of(&trends, &snapshot, stacks[site]).result.verdict;
}

static unsigned count(enum judgement verdict)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SITES; i++)
		n += verdict_of(i) == verdict;
	return n;
}

/* Run for ${n} snapshots.  Return in how many of them any site was judged to leak. */
static unsigned run(const struct world *world, unsigned n)
{
	unsigned leaks = 0;

	for (; n > 0; n--) {
		take_snapshot(world);
		leaks += count(JUDGED_LEAK) > 0;
	}
	return leaks;
}

static double for_ever(double s, unsigned site)
{
	(void)s;
	(void)site;
	return FOR_EVER;
}

static double level(double s)
{
	(void)s;
	return 1000;
}

static double two(double s, unsigned site)
{
	(void)s;
	(void)site;
	return 2;
}

static double as_one_site(double s)
{
	return s * 2 / STEP_S;
}

START_TEST(a_leak_is_seen_within_a_minute)
{
	static const struct world world = {two, for_ever, as_one_site};

	start((uint64_t)_i);
	run(&world, MINUTE);
	ck_assert_uint_ge(count(JUDGED_LEAK), SITES - 2);
	run(&world, 4 * MINUTE);
	ck_assert_uint_eq(count(JUDGED_LEAK), SITES);
	for (unsigned i = 0; i < SITES; i++) {
		struct trend trend = trends_of(&trends, &snapshot, stacks[i]);
		double truth = 2.0 * SAMPLE_BYTES / STEP_S;

		/* The interval is that of 95 %; twice it is hardly ever left. */
		ck_assert_double_eq_tol(trend.result.slope, truth, 2 * trend.result.slope_error);
		ck_assert_uint_le(trend.since_s, 1000 + 60);
	}
}
END_TEST

START_TEST(a_forked_child_does_not_count_what_its_parent_requested)
{
	static const struct world world = {two, for_ever, as_one_site};

	start(1);
	requested = 1e12;
	run(&world, 5 * MINUTE);
	ck_assert_uint_eq(count(JUDGED_LEAK), SITES);
}
END_TEST

static double two_at_usual_work(double s, unsigned site)
{
	return work == USUAL_WORK ? two(s, site) : 0;
}

START_TEST(a_start_that_requests_much_hides_no_leak)
{
	static const struct world world = {two_at_usual_work, for_ever, as_one_site};

	start(1);
	work = 200 * USUAL_WORK;
	ck_assert_uint_eq(run(&world, MINUTE), 0);
	work = USUAL_WORK;
	run(&world, 10 * MINUTE);
	ck_assert_uint_eq(count(JUDGED_LEAK), SITES);
}
END_TEST

static double as_one_site_until_rest(double s)
{
	return as_one_site(s < 300 ? s : 300);
}

START_TEST(a_process_at_rest_keeps_its_verdicts)
{
	static const struct world world = {two_at_usual_work, for_ever, as_one_site_until_rest};

	start(1);
	run(&world, 5 * MINUTE);
	ck_assert_uint_eq(count(JUDGED_LEAK), SITES);
	work = USUAL_WORK / 1000;
	run(&world, HOUR);
	ck_assert_uint_eq(count(JUDGED_LEAK), SITES);
}
END_TEST

/* Filled at the start, then each object is replaced after five minutes on average. */
static double refill(double s, unsigned site)
{
	(void)site;
	return s == 0 ? 60 : 60.0 * STEP_S / 300;
}

static double five_minutes(double s, unsigned site)
{
	(void)s;
	(void)site;
	return exponential(300);
}

START_TEST(a_full_cache_is_never_called_a_leak)
{
	static const struct world world = {refill, five_minutes, level};

	start((uint64_t)_i);
	ck_assert_uint_le(run(&world, 2 * HOUR), 2);
}
END_TEST

static double much_for_a_moment(double s, unsigned site)
{
	(void)s;
	(void)site;
	return 40;
}

static double a_moment(double s, unsigned site)
{
	(void)s;
	(void)site;
	return exponential(2);
}

START_TEST(memory_in_use_for_a_moment_does_not_count)
{
	static const struct world world = {much_for_a_moment, a_moment, level};

	start((uint64_t)_i);
	ck_assert_uint_eq(run(&world, 2 * HOUR), 0);
}
END_TEST

/* Load that comes and goes in ten minutes. */
static double tide(double s, unsigned site)
{
	(void)site;
	return 8 + 7 * sin(s / 600 * 2 * 3.14159265);
}

static double half_a_minute(double s, unsigned site)
{
	(void)s;
	(void)site;
	return 30;
}

START_TEST(growth_that_comes_again_is_no_leak)
{
	static const struct world world = {tide, half_a_minute, level};

	start((uint64_t)_i);
	run(&world, HOUR / 2);
	ck_assert_uint_eq(run(&world, 2 * HOUR), 0);
}
END_TEST

/* A cache that hits more the fuller it is. */
static double misses(double s, unsigned site)
{
	(void)site;
	return 200 * (exp(-s / 60) - exp(-(s + STEP_S) / 60));
}

static double filled(double s)
{
	return 200 * (1 - exp(-s / 60));
}

START_TEST(a_cache_that_fills_ever_slower_is_no_leak)
{
	static const struct world world = {misses, for_ever, filled};

	start((uint64_t)_i);
	ck_assert_uint_eq(run(&world, 20 * MINUTE), 0);
}
END_TEST

static double refill_and_leak(double s, unsigned site)
{
	return refill(s, site) + (s < 3 * 3600 ? 0 : 2);
}

/* What is made besides the refill stays. */
static double mixed(double s, unsigned site)
{
	if (s >= 3 * 3600 && uniform() < 2 / (2 + refill(s, site)))
		return FOR_EVER;
	return five_minutes(s, site);
}

static double with_leak(double s)
{
	return 1000 + (s < 3 * 3600 ? 0 : (s - 3 * 3600) * 2 / STEP_S);
}

START_TEST(a_late_leak_is_seen_soon)
{
	static const struct world world = {refill_and_leak, mixed, with_leak};

	start((uint64_t)_i);
	run(&world, 3 * HOUR);
	ck_assert_uint_eq(count(JUDGED_LEAK), 0);
	run(&world, 10 * MINUTE);
	ck_assert_uint_ge(count(JUDGED_LEAK), SITES - 1);
	for (unsigned i = 0; i < SITES; i++)
		ck_assert_uint_le(trends_of(&trends, &snapshot, stacks[i]).since_s,
				  1000 + 3 * 3600 + 10 * 60);
}
END_TEST

static double for_five_minutes(double s)
{
	return 1000 + (s < 300 ? s : 300) * 2 / STEP_S;
}

static double two_for_five_minutes(double s, unsigned site)
{
	(void)site;
	return s < 300 ? 2 : 0;
}

START_TEST(a_leak_that_ends_is_withdrawn)
{
	static const struct world world = {two_for_five_minutes, for_ever, for_five_minutes};

	start((uint64_t)_i);
	run(&world, 5 * MINUTE);
	ck_assert_uint_eq(count(JUDGED_LEAK), SITES);
	run(&world, 5 * MINUTE);
	ck_assert_uint_eq(count(JUDGED_LEAK), 0);
}
END_TEST

/* 36 of 1,000 objects an hour. */
static double hardly_any(double s, unsigned site)
{
	(void)s;
	(void)site;
	return 0.05;
}

static double hardly_growing(double s)
{
	return 1000 + s * 0.05 / STEP_S;
}

START_TEST(a_slow_leak_is_seen_in_time)
{
	static const struct world world = {hardly_any, for_ever, hardly_growing};

	start((uint64_t)_i);
	ck_assert_uint_eq(run(&world, 10 * MINUTE), 0);
	run(&world, 3 * HOUR);
	ck_assert_uint_ge(count(JUDGED_LEAK), SITES - 1);
}
END_TEST

static double little(double s, unsigned site)
{
	(void)s;
	(void)site;
	return 0.4;
}

static double as_five_sites(double s)
{
	return s * 2 / STEP_S;
}

/* Each of five stacks alone would need five minutes. */
START_TEST(a_leak_through_many_stacks_is_seen)
{
	static const struct world world = {little, for_ever, as_five_sites};
	unsigned seen = 0;

	start((uint64_t)_i);
	for (unsigned i = 0; i < SITES; i++)
		functions[stacks[i]] = 1 + i / 5;
	run(&world, 2 * MINUTE);
	for (unsigned function = 0; function < SITES / 5; function++) {
		bool is_leak = false;

		for (unsigned i = 0; i < 5; i++)
			is_leak |= verdict_of(5 * function + i) == JUDGED_LEAK;
		seen += is_leak;
	}
	ck_assert_uint_eq(seen, SITES / 5);
}
END_TEST

static double first_leaks(double s, unsigned site)
{
	if (site == 0)
		return 2;
	return s == 0 ? 300 : 0;
}

START_TEST(what_a_function_keeps_from_the_start_hides_no_leak)
{
	static const struct world world = {first_leaks, for_ever, as_one_site};

	start((uint64_t)_i);
	for (unsigned i = 0; i < SITES; i++)
		functions[stacks[i]] = 1 + i / 2;
	run(&world, 2 * MINUTE);
	ck_assert_int_eq(verdict_of(0), JUDGED_LEAK);
	ck_assert_uint_eq(count(JUDGED_LEAK), 1);
}
END_TEST

/* After five minutes with what the start has left. */
static double two_besides_the_start(double s, unsigned site)
{
	return s == 0 ? 200 : s < 300 ? 0 : two(s, site);
}

static double as_one_site_besides_the_start(double s)
{
	return s < 300 ? 1000 : 1000 + as_one_site(s - 300);
}

/* The functions are unknown, or each site has its own. */
START_TEST(what_a_site_holds_hides_no_leak)
{
	static const struct world world = {two_besides_the_start, for_ever,
					   as_one_site_besides_the_start};

	start(1);
	for (unsigned i = 0; i < SITES; i++)
		functions[stacks[i]] = _i ? 1 + i : 0;
	ck_assert_uint_eq(run(&world, 5 * MINUTE), 0);
	run(&world, 3 * MINUTE);
	ck_assert_uint_ge(count(JUDGED_LEAK), SITES - 1);
}
END_TEST

START_TEST(full_caches_of_one_function_are_no_leak)
{
	static const struct world world = {refill, five_minutes, level};

	start((uint64_t)_i);
	for (unsigned i = 0; i < SITES; i++)
		functions[stacks[i]] = 1 + i / 5;
	ck_assert_uint_le(run(&world, 2 * HOUR), 2);
}
END_TEST

/* One site takes what another gives back, as in a process that replaces all that it has. */
START_TEST(a_process_that_does_not_grow_has_no_leak)
{
	static const struct world world = {two, for_ever, level};

	start((uint64_t)_i);
	ck_assert_uint_eq(run(&world, 10 * MINUTE), 0);
}
END_TEST

/* Odd sites refill what the even ones filled at the start. */
static double fill_or_refill(double s, unsigned site)
{
	return site % 2 ? 60.0 * STEP_S / 300 : s == 0 ? 60 : 0;
}

static double filled_or_refilled(double s, unsigned site)
{
	(void)s;
	return site % 2 ? FOR_EVER : uniform() * 300;
}

static double refilled(double s)
{
	return s / STEP_S;
}

/* The functions are unknown, have two sites each, or there is one function. */
START_TEST(the_sites_of_a_function_are_judged_together)
{
	const unsigned sites_of_function[] = {0, 2, SITES};
	static const struct world world = {fill_or_refill, filled_or_refilled, refilled};

	start((uint64_t)_i);
	for (unsigned i = 0; i < SITES; i++)
		functions[stacks[i]] = _i ? 1 + i / sites_of_function[_i] : 0;
	run(&world, 4 * MINUTE);
	if (_i)
		ck_assert_uint_eq(count(JUDGED_LEAK), 0);
	else
		ck_assert_uint_ge(count(JUDGED_LEAK), SITES / 2 - 1);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, a_leak_is_seen_within_a_minute, 0, 5);
	tcase_add_test(all, a_forked_child_does_not_count_what_its_parent_requested);
	tcase_add_test(all, a_start_that_requests_much_hides_no_leak);
	tcase_add_test(all, a_process_at_rest_keeps_its_verdicts);
	tcase_add_loop_test(all, a_full_cache_is_never_called_a_leak, 0, 3);
	tcase_add_test(all, memory_in_use_for_a_moment_does_not_count);
	tcase_add_test(all, growth_that_comes_again_is_no_leak);
	tcase_add_loop_test(all, a_cache_that_fills_ever_slower_is_no_leak, 0, 3);
	tcase_add_loop_test(all, a_late_leak_is_seen_soon, 0, 2);
	tcase_add_test(all, a_leak_that_ends_is_withdrawn);
	tcase_add_test(all, a_slow_leak_is_seen_in_time);
	tcase_add_loop_test(all, a_leak_through_many_stacks_is_seen, 0, 5);
	tcase_add_loop_test(all, what_a_function_keeps_from_the_start_hides_no_leak, 0, 3);
	tcase_add_loop_test(all, what_a_site_holds_hides_no_leak, 0, 2);
	tcase_add_loop_test(all, full_caches_of_one_function_are_no_leak, 0, 3);
	tcase_add_test(all, a_process_that_does_not_grow_has_no_leak);
	tcase_add_loop_test(all, the_sites_of_a_function_are_judged_together, 0, 3);
}

UNIT_MAIN("trends", add_tests)
