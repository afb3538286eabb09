#include "agent/base/fit.h"

#include "agent/base/root.h"
#include "tests/unit/unit.h"

#define N 12
#define STEP 10 /* seconds */
#define KIB 1024.0F

static uint32_t times[N];
static float values[N];
static struct fit_series series = {times, values, N};

static void set_times(void)
{
	for (unsigned i = 0; i < N; i++)
		times[i] = 1000 + STEP * i;
}

START_TEST(the_fit_finds_onset_and_slope)
{
	struct fit fit;

	set_times();
	for (int i = 0; i < N; i++)
		values[i] = 500 * KIB + (i > 4 ? (float)(i - 4) * 100 * KIB : 0);
	fit = fit_line(&series);
	ck_assert_uint_eq(fit.onset, 4);
	ck_assert_double_eq_tol(fit.slope, 100 * 1024.0 / STEP, 1);
	ck_assert_double_eq_tol(fit.level, 500 * 1024.0, 1);
	ck_assert_double_eq_tol(fit.rise, 700 * 1024.0, 10);
	ck_assert_double_eq_tol(fit.residual, 0, 10);
	ck_assert_uint_eq(fit.middle_s, times[4] + 35);
}
END_TEST

START_TEST(a_value_lies_between_two_elements)
{
	set_times();
	for (int i = 0; i < N; i++)
		values[i] = (float)i * 10;
	ck_assert_double_eq_tol(fit_value(&series, times[0]), 0, 1e-3);
	ck_assert_double_eq_tol(fit_value(&series, times[3] + 5), 35, 1e-3);
	ck_assert_double_eq_tol(fit_value(&series, times[N - 1]), 110, 1e-3);
}
END_TEST

START_TEST(growth_that_slows_down_is_not_steady)
{
	struct fit fit;

	set_times();
	for (int i = 0; i < N; i++)
		values[i] = (float)i;
	fit = fit_line(&series);
	ck_assert(fit_is_steady(&series, &fit, 0.5, 0));
	for (int i = 0; i < N; i++)
		values[i] = i < 4 ? (float)i * 100 : 400 + (float)i;
	fit = fit_line(&series);
	ck_assert(!fit_is_steady(&series, &fit, 0.5, 0));
	ck_assert(fit_is_steady(&series, &fit, 0.5, 1000));
}
END_TEST

START_TEST(the_root_is_right)
{
	for (double x = 1e-12; x < 1e24; x *= 3.7)
		ck_assert_double_eq_tol(square_root(x * x), x, x * 1e-9);
	ck_assert_double_eq(square_root(0), 0);
	ck_assert_double_eq(square_root(-1), 0);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, the_fit_finds_onset_and_slope);
	tcase_add_test(all, a_value_lies_between_two_elements);
	tcase_add_test(all, growth_that_slows_down_is_not_steady);
	tcase_add_test(all, the_root_is_right);
}

UNIT_MAIN("fit", add_tests)
