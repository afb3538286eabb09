#include "agent/sites/judge.h"

#include "tests/unit/unit.h"

#define N 12
#define STEP 10 /* seconds */
#define KIB 1024.0F

static uint32_t times[N];
static float bytes[N];
static struct fit_series series = {times, bytes, N};

static void set_times(void)
{
	for (unsigned i = 0; i < N; i++)
		times[i] = 1000 + STEP * i;
}

/* Evidence of a leak in a young process: all that has grown is kept, in many objects. */
static struct judge_evidence all_kept(const struct fit *fit)
{
	return (struct judge_evidence){
	    .snapshots = N,
	    .recent_bytes = fit->rise,
	    .variance = fit->rise * fit->rise / 100,
	};
}

static enum judgement verdict_now(void)
{
	struct fit fit = fit_line(&series);
	struct judge_evidence evidence = all_kept(&fit);

	return judge_site(&series, &fit, &evidence).verdict;
}

/* Snapshots in KiB. */
static const struct {
	const char *what;
	float kib[N];
	enum judgement wanted;
} shapes[] = {
    {"a leak from the start",
     {0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100},
     JUDGED_LEAK},
    {"a leak with noise", {0, 130, 180, 330, 380, 520, 590, 730, 770, 930, 980, 1120}, JUDGED_LEAK},
    {"a leak since the third snapshot",
     {50, 55, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500},
     JUDGED_LEAK},
    {"growth since too short a time",
     {50, 55, 50, 45, 50, 50, 52, 48, 50, 250, 450, 650},
     JUDGED_GROWING},
    {"level", {500, 510, 490, 500, 505, 495, 500, 510, 490, 500, 500, 500}, JUDGED_LEVEL},
    {"nothing", {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, JUDGED_LEVEL},
    {"a cache that has filled",
     {0, 300, 550, 750, 900, 980, 1000, 1000, 1000, 1000, 1000, 1000},
     JUDGED_LEVEL},
    {"a sawtooth", {0, 300, 600, 900, 0, 300, 600, 900, 0, 300, 600, 900}, JUDGED_LEVEL},
    {"a burst", {10, 10, 10, 2000, 10, 10, 10, 10, 10, 10, 10, 10}, JUDGED_LEVEL},
    {"shrinking",
     {1200, 1100, 1000, 900, 800, 700, 600, 500, 400, 300, 200, 100},
     JUDGED_SHRINKING},
};

START_TEST(each_shape_has_its_verdict)
{
	enum judgement got;

	set_times();
	for (int i = 0; i < N; i++)
		bytes[i] = shapes[_i].kib[i] * KIB;
	got = verdict_now();
	ck_assert_msg(got == shapes[_i].wanted, "%s: %s, expected %s", shapes[_i].what,
		      judge_name(got), judge_name(shapes[_i].wanted));
}
END_TEST

static struct fit fit;
static struct judge_evidence evidence;

static void grow_steadily(void)
{
	set_times();
	for (int i = 0; i < N; i++)
		bytes[i] = (float)i * 100 * KIB;
	fit = fit_line(&series);
	evidence = all_kept(&fit);
}

static enum judgement verdict(void)
{
	return judge_site(&series, &fit, &evidence).verdict;
}

/* A queue grows, too, but its oldest objects go. */
START_TEST(a_leak_keeps_what_is_old)
{
	grow_steadily();
	evidence.freed_bytes = evidence.recent_bytes * 0.4;
	ck_assert_int_eq(verdict(), JUDGED_LEAK);
	evidence.freed_bytes = evidence.recent_bytes * 0.6;
	ck_assert_int_eq(verdict(), JUDGED_GROWING);
}
END_TEST

/* The same growth happens every day. */
START_TEST(a_leak_exceeds_the_past)
{
	grow_steadily();
	evidence.usual_before = fit.level + fit.rise / 10;
	ck_assert_int_eq(verdict(), JUDGED_LEAK);
	evidence.usual_before = fit.level + fit.rise * 0.9;
	ck_assert_int_eq(verdict(), JUDGED_GROWING);
}
END_TEST

START_TEST(few_samples_prove_nothing)
{
	grow_steadily();
	evidence.variance = fit.rise * fit.rise / 4; /* of four samples */
	ck_assert_int_eq(verdict(), JUDGED_LEVEL);
	evidence.is_of_start = true;
	ck_assert_int_eq(verdict(), JUDGED_START_UP);
}
END_TEST

/* In a week there are 100,000 chances for noise. */
START_TEST(an_old_process_needs_more_samples)
{
	grow_steadily();
	evidence.variance = fit.rise * fit.rise / 20;
	ck_assert_int_eq(verdict(), JUDGED_LEAK);
	evidence.snapshots = 120000;
	ck_assert_int_eq(verdict(), JUDGED_LEVEL);
	evidence.variance = fit.rise * fit.rise / 40;
	ck_assert_int_eq(verdict(), JUDGED_LEAK);
}
END_TEST

START_TEST(a_verdict_does_not_come_and_go)
{
	set_times();
	for (int i = 0; i < N; i++)
		bytes[i] = (float)(i < 6 ? i * 100 : 600 + (i - 6) * 70) * KIB;
	fit = fit_line(&series);
	evidence = all_kept(&fit);
	evidence.variance = 0;
	ck_assert_int_ne(verdict(), JUDGED_LEAK);
	evidence.was_leak = true;
	ck_assert_int_eq(verdict(), JUDGED_LEAK);
}
END_TEST

START_TEST(the_slope_has_an_interval)
{
	struct judge_result result;

	grow_steadily();
	result = judge_site(&series, &fit, &evidence);
	ck_assert_double_eq_tol(result.slope, 100 * 1024.0 / STEP, 1);
	ck_assert_double_eq_tol(result.slope_error, 1.96 * result.slope / 10, 5);
}
END_TEST

/* The noise of samples alone hardly ever looks like a leak, even where all that is old stays. */
START_TEST(noise_is_no_leak)
{
	uint64_t random = (uint64_t)_i;
	unsigned leaks = 0;

	set_times();
	for (int round = 0; round < 2000; round++) {
		/* The sum of 12 uniform numbers is nearly normal; here around 100 samples. */
		for (int i = 0; i < N; i++) {
			double sum = 0;

			for (int k = 0; k < 12; k++)
				sum += (double)unit_pick(&random, 1000) / 1000;
			bytes[i] = (float)(6400 + 640 * (sum - 6)) * KIB;
		}
		fit = fit_line(&series);
		evidence = all_kept(&fit);
		evidence.variance = 640.0 * 640 * 1024 * 1024;
		leaks += judge_site(&series, &fit, &evidence).verdict == JUDGED_LEAK;
	}
	ck_assert_uint_le(leaks, 4);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, each_shape_has_its_verdict, 0, UNIT_COUNT(shapes));
	tcase_add_test(all, a_leak_keeps_what_is_old);
	tcase_add_test(all, a_leak_exceeds_the_past);
	tcase_add_test(all, few_samples_prove_nothing);
	tcase_add_test(all, an_old_process_needs_more_samples);
	tcase_add_test(all, a_verdict_does_not_come_and_go);
	tcase_add_test(all, the_slope_has_an_interval);
	tcase_add_loop_test(all, noise_is_no_leak, 1, 6);
}

UNIT_MAIN("judge", add_tests)
