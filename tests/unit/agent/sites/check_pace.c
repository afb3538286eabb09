#include "agent/sites/pace.h"

#include "tests/unit/unit.h"

#define SECOND UINT64_C(1000000000)
#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)

/* A second in which the process used a whole processor.  A sample has taken ${cost_ns}. */
static const struct {
	const char *what;
	uint64_t mean, requested, samples, cost_ns, live_bytes, wanted;
} cases[] = {
    {"an idle process comes down by half", 512 * KIB, 0, 0, 0, 0, 256 * KIB},
    {"and not below the smallest", 64 * KIB, 0, 0, 0, 0, 64 * KIB},
    {"500 samples a second", 64 * KIB, 500 * MIB, 1000, 600, 0, MIB},
    {"a fitting mean stays", 512 * KIB, 250 * MIB, 1000, 600, 0, 512 * KIB},
    {"a mean that is a little large shrinks to what fits", MIB, 300 * MIB, 1000, 600, 0,
     300 * MIB / 500},
    {"samples of 25 us: 200 a second", 64 * KIB, 200 * MIB, 1000, 25000, 0, MIB},
    {"samples of 5 ms: still 100 a second", 64 * KIB, 100 * MIB, 1000, 5000000, 0, MIB},
    {"the cost of few samples is not believed", 64 * KIB, 500 * MIB, 10, 5000000, 0, MIB},
    {"a large heap needs a large mean", 64 * KIB, 10, 10, 600, 4096 * MIB, MIB},
    {"nothing exceeds the largest", 64 * MIB, 1000000 * MIB, 1000, 600, 0, PACE_LARGEST},
};

START_TEST(the_mean_fits)
{
	struct pace_input input = {
	    .mean = cases[_i].mean,
	    .least_mean = 64 * KIB,
	    .elapsed_ns = SECOND,
	    .requested = cases[_i].requested,
	    .cpu_ns = SECOND,
	    .live_bytes = cases[_i].live_bytes,
	    .samples = cases[_i].samples,
	    .samples_ns = cases[_i].samples * cases[_i].cost_ns,
	    .budget_ppm = 5000,
	};

	ck_assert_msg(pace_mean(&input) == cases[_i].wanted, "%s: %llu, expected %llu",
		      cases[_i].what, (unsigned long long)pace_mean(&input),
		      (unsigned long long)cases[_i].wanted);
}
END_TEST

/* A process that uses little CPU takes few samples. */
START_TEST(the_budget_is_a_share_of_the_time_used)
{
	struct pace_input input = {.mean = 64 * KIB,
				   .least_mean = 64 * KIB,
				   .elapsed_ns = SECOND,
				   .requested = 1000 * MIB,
				   .cpu_ns = SECOND / 25,
				   .samples = 1000,
				   .samples_ns = 1000 * 1000,
				   .budget_ppm = 5000};

	/* 0.5 % of 40 ms are 200 us, or 200 samples of 1 us. */
	ck_assert_uint_eq(pace_mean(&input), 5 * MIB);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, the_mean_fits, 0, UNIT_COUNT(cases));
	tcase_add_test(all, the_budget_is_a_share_of_the_time_used);
}

UNIT_MAIN("pace", add_tests)
