#include "agent/base/schedule.h"

#include "tests/unit/unit.h"

#define S INT64_C(1000000000)

static const struct {
	int64_t start, interval, now, next;
} rows[] = {
    {100, 10, 99, 100}, /* before the start */
    {100, 10, 0, 100},
    {100, 10, 100, 110}, /* this point is taken now: the next is strictly later */
    {100, 10, 101, 110},
    {100, 10, 109, 110},
    {100, 10, 110, 120},
    {100, 10, 111, 120},
    {0, 1, 0, 1},
    {0, 1, 41, 42},
    {-50, 20, -31, -30},
    {7 * S, S, 9 * S + 1, 10 * S},
    /* A suspend of a day: missed points are skipped. */
    {7 * S, S / 4, 86407 * S + 3, 86407 * S + S / 4},
    {5, 86400 * S, 6, 86400 * S + 5},
    {3, 10 * S, INT64_C(9000000000000000000), INT64_C(9000000000000000003)},
};

START_TEST(is_the_first_after_now)
{
	ck_assert_int_eq(schedule_next(rows[_i].start, rows[_i].interval, rows[_i].now),
			 rows[_i].next);
}
END_TEST

START_TEST(stays_on_the_grid)
{
	uint64_t seed = (uint64_t)_i;

	for (int round = 0; round < 2000; round++) {
		int64_t start = (int64_t)(unit_random(&seed) >> 2);
		int64_t interval = 1 + (int64_t)(unit_random(&seed) >> (4 + unit_pick(&seed, 60)));
		int64_t now = start + (int64_t)(unit_random(&seed) >> (2 + unit_pick(&seed, 60)));
		int64_t next = schedule_next(start, interval, now);
		int64_t off = (next - start) % interval;

		ck_assert_int_eq(off, 0);
		ck_assert_int_gt(next, now);
		ck_assert_int_le(next - interval, now);
	}
}
END_TEST

START_TEST(lateness_never_adds_up)
{
	int64_t start = 123456789;
	int64_t due = start;

	/* Always late by almost an interval, but one point for each. */
	for (int64_t i = 1; i <= 10000; i++) {
		due = schedule_next(start, S, due + S - 1 - i);
		ck_assert_int_eq(due, start + i * S);
	}
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, is_the_first_after_now, 0, UNIT_COUNT(rows));
	tcase_add_loop_test(all, stays_on_the_grid, 0, UNIT_SEEDS);
	tcase_add_test(all, lateness_never_adds_up);
}

UNIT_MAIN("schedule", add_tests)
