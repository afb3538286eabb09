#include "shim/sites/exponential.h"

#include <math.h>

#include "tests/unit/unit.h"

#define DRAWS 200000

static const uint64_t means[] = {4096, 65536, 524288, 8 << 20, 1 << 30};

/* Of n gaps the mean lies within 5 standard errors, mean / sqrt(n), of the true one. */
START_TEST(gaps_have_the_mean)
{
	uint64_t state = 1, mean = means[_i];
	double sum = 0;

	for (int i = 0; i < DRAWS; i++)
		sum += (double)exponential_gap(&state, mean);
	ck_assert_double_eq_tol(sum / DRAWS, (double)mean, 5 * (double)mean / sqrt(DRAWS));
}
END_TEST

/* A share of exp(-x) of the gaps is longer than x means. */
START_TEST(gaps_are_exponential)
{
	uint64_t state = 7, mean = means[_i];
	static const double limits[] = {0.01, 0.1, 0.5, 1, 2, 4};
	double longer[UNIT_COUNT(limits)] = {0};

	for (int i = 0; i < DRAWS; i++) {
		double gap = (double)exponential_gap(&state, mean) / (double)mean;

		for (size_t k = 0; k < UNIT_COUNT(limits); k++)
			longer[k] += gap > limits[k];
	}
	for (size_t k = 0; k < UNIT_COUNT(limits); k++) {
		double share = exp(-limits[k]);

		ck_assert_double_eq_tol(longer[k] / DRAWS, share,
					5 * sqrt(share * (1 - share) / DRAWS) + 1e-3);
	}
}
END_TEST

START_TEST(a_gap_is_at_least_one_byte)
{
	uint64_t state = 3;

	for (int i = 0; i < DRAWS; i++)
		ck_assert_uint_ge(exponential_gap(&state, 1), 1);
}
END_TEST

START_TEST(a_weight_is_the_inverse_of_the_probability)
{
	uint64_t mean = means[_i];

	for (double x = 1e-9; x < 100; x *= 1.7) {
		size_t size = (size_t)(x * (double)mean);
		double got, wanted;

		if (size == 0)
			continue;
		got = (double)exponential_weight(size, mean) / (1 << WEIGHT_PLACES);
		wanted = 1 / -expm1(-(double)size / (double)mean);
		ck_assert_double_eq_tol(got, wanted, wanted * 1e-6 + 1e-5);
	}
	ck_assert_uint_eq(exponential_weight(SIZE_MAX, mean), 1 << WEIGHT_PLACES);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, gaps_have_the_mean, 0, UNIT_COUNT(means));
	tcase_add_loop_test(all, gaps_are_exponential, 0, UNIT_COUNT(means));
	tcase_add_test(all, a_gap_is_at_least_one_byte);
	tcase_add_loop_test(all, a_weight_is_the_inverse_of_the_probability, 0, UNIT_COUNT(means));
}

UNIT_MAIN("exponential", add_tests)
