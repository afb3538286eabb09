#include "tools/report/diagnosis.h"

#include "tests/unit/unit.h"

#define MOST 400

static struct heap_point points[MOST];
static struct diagnosis d;

/* Work that is done by second ${t}, in hundreds of objects. */
static double rest_load_rest(double t)
{
	return t < 5 ? 0 : t > 30 ? 25 : t - 5;
}

static double only_load(double t)
{
	return t;
}

static double load_then_rest(double t)
{
	return t < 35 ? t : 35;
}

static double start_then_rest(double t)
{
	return t < 8 ? t : 8;
}

static double start_rest_load_rest(double t)
{
	return t < 5 ? t * 10 : t < 15 ? 50 : t < 45 ? 50 + t - 15 : 80;
}

static double short_load(double t)
{
	return t < 3 ? 0 : t < 6 ? (t - 2) * 10 : 30;
}

/* Live bytes at second ${t}, after that work. */
static double leak(double t, double work)
{
	(void)t;
	return 1e6 + work * 1e6;
}

static double cache(double t, double work)
{
	(void)t;
	return 1e6 + (work < 10 ? work : 10) * 1e6;
}

static double freed_afterwards(double t, double work)
{
	return t > 32 ? 1e6 : 1e6 + work * 1e6;
}

static double saw(double t, double work)
{
	(void)work;
	return 1e6 + (double)((int)t % 15) * 1e6;
}

static double one_step(double t, double work)
{
	(void)t;
	return 1e6 + (work > 20 ? 1e7 : 0);
}

static double falls(double t, double work)
{
	(void)work;
	return 1e8 - t * 1e6;
}

/* Judge ${n} points, ${apart} seconds apart. */
static void judge(double (*live)(double t, double work), double (*work)(double t), size_t n,
		  double apart)
{
	double held = 0;

	ck_assert_uint_le(n, MOST);
	for (size_t i = 0; i < n; i++) {
		double t = (double)i, done = work(t);

		points[i] = (struct heap_point){
		    .time = 1e9 + t * apart,
		    .live = live(t, done),
		    .objects = live(t, done) / 100,
		    .mallocs = 700 + done * 100,
		};
		held = points[i].live > held ? points[i].live : held;
		points[i].rss = 4e6 + held;
	}
	diagnosis_make(points, n, &d);
}

static const struct {
	double (*live)(double t, double work);
	double (*work)(double t);
	size_t n;
	double apart;
	enum diagnosis_class class;
} cases[] = {
    {leak, rest_load_rest, 40, 1, DIAGNOSIS_LEAKS},
    {leak, only_load, 100, 30, DIAGNOSIS_LEAKS}, /* for half an hour */
    {leak, only_load, 60, 1, DIAGNOSIS_GROWS},	 /* neither rest nor end */
    {leak, load_then_rest, 40, 1, DIAGNOSIS_GROWS},
    {cache, rest_load_rest, 40, 1, DIAGNOSIS_LEVEL},
    {freed_afterwards, rest_load_rest, 40, 1, DIAGNOSIS_RETURNS},
    {saw, only_load, 45, 1, DIAGNOSIS_RETURNS},
    {falls, only_load, 60, 1, DIAGNOSIS_RETURNS},
    {one_step, rest_load_rest, 40, 1, DIAGNOSIS_UNKNOWN},
    {leak, start_then_rest, 40, 1, DIAGNOSIS_UNKNOWN}, /* nothing after the start */
    {leak, short_load, 10, 1, DIAGNOSIS_UNKNOWN},
    {leak, only_load, 1, 1, DIAGNOSIS_UNKNOWN},
    {leak, only_load, 2, 1, DIAGNOSIS_UNKNOWN},
};

START_TEST(classifies)
{
	judge(cases[_i].live, cases[_i].work, cases[_i].n, cases[_i].apart);
	ck_assert_str_eq(diagnosis_class_name(d.class), diagnosis_class_name(cases[_i].class));
	ck_assert_uint_eq(d.points, cases[_i].n);
}
END_TEST

START_TEST(measures_a_leak)
{
	judge(leak, rest_load_rest, 40, 1);
	ck_assert(d.has_rest_before && d.has_rest_after && !d.start_left_out);
	ck_assert_double_eq(d.load_seconds, 25);
	ck_assert_uint_eq(d.load_points, 25);
	ck_assert_double_eq(d.objects_made, 2500);
	ck_assert_double_eq(d.objects_load_kept, 250000);
	ck_assert_double_eq(d.live_base, 1e6);
	ck_assert_double_eq(d.live_peak, 26e6);
	ck_assert_double_eq(d.live_after, 26e6);
	ck_assert_double_eq_tol(d.bytes_per_second, 1e6, 1e-3);
	ck_assert_double_eq_tol(d.bytes_of_work, 2500 * 1e4, 1e-6);
	ck_assert_double_eq(d.rss_base, 5e6);
	ck_assert_double_eq(d.rss_peak, 30e6);
	ck_assert(!d.trims.known);
}
END_TEST

START_TEST(leaves_the_start_out)
{
	judge(leak, start_then_rest, 40, 1);
	ck_assert(d.start_left_out);
	ck_assert_uint_eq(d.points, 40);
	ck_assert_uint_eq(d.judged_points, 32);
	ck_assert_double_eq(d.objects_made, 0);
}
END_TEST

/* Three points of rest end the start-up. */
START_TEST(begins_with_the_rest)
{
	judge(leak, start_rest_load_rest, 50, 1);
	ck_assert(d.start_left_out && d.has_rest_before);
	ck_assert_uint_eq(d.judged_points, 44);
	ck_assert_double_eq(d.load_seconds, 30);
	ck_assert_int_eq(d.class, DIAGNOSIS_LEAKS);
}
END_TEST

START_TEST(finds_the_best_trim)
{
	judge(freed_afterwards, rest_load_rest, 40, 1);
	for (size_t i = 0; i < 40; i++) {
		points[i].has_trims = true;
		points[i].trims = (double)(i / 2);
		points[i].pause_ns = i == 34 ? 7e7 : 2e6;
		points[i].pause_total_ns = 2e6 * (double)(i / 2);
		if (i > 33)
			points[i].rss = 5e6;
	}
	diagnosis_make(points, 40, &d);
	ck_assert(d.trims.known);
	ck_assert_double_eq(d.trims.count, 19);
	ck_assert_double_eq(d.trims.total_ns, 38e6);
	ck_assert_double_eq(d.trims.last_ns, 2e6);
	ck_assert_double_eq(d.trims.longest_ns, 7e7);
	ck_assert_double_eq(d.trims.rss_before, 30e6);
	ck_assert_double_eq(d.trims.rss_after, 5e6);
}
END_TEST

/* A gap counts as one minute of the half hour. */
START_TEST(does_not_count_a_gap)
{
	judge(leak, only_load, 60, 1);
	for (size_t i = 30; i < 60; i++)
		points[i].time += 86400;
	diagnosis_make(points, 60, &d);
	ck_assert_int_eq(d.class, DIAGNOSIS_GROWS);
}
END_TEST

START_TEST(takes_any_points)
{
	uint64_t state = (uint64_t)_i;
	size_t n = 1 + unit_pick(&state, MOST);
	double time = 1e9;

	for (size_t i = 0; i < n; i++) {
		time += 0.001 + (double)unit_pick(&state, 5);
		points[i] = (struct heap_point){
		    .time = time,
		    .live = (double)unit_pick(&state, 1 << 30),
		    .mallocs = (i ? points[i - 1].mallocs : 0) +
			       (double)(unit_pick(&state, 3) * unit_pick(&state, 1000)),
		    .rss = (double)unit_pick(&state, 1 << 30),
		};
	}
	diagnosis_make(points, n, &d);
	ck_assert_uint_eq(d.points, n);
	ck_assert(d.live_peak >= d.live_base && d.live_peak >= d.live_after);
	ck_assert(d.judged_points <= n && d.load_points < n);
}
END_TEST

static void add(TCase *all)
{
	tcase_add_loop_test(all, classifies, 0, UNIT_COUNT(cases));
	tcase_add_test(all, measures_a_leak);
	tcase_add_test(all, leaves_the_start_out);
	tcase_add_test(all, begins_with_the_rest);
	tcase_add_test(all, finds_the_best_trim);
	tcase_add_test(all, does_not_count_a_gap);
	tcase_add_loop_test(all, takes_any_points, 0, UNIT_SEEDS);
}

UNIT_MAIN("diagnosis", add)
