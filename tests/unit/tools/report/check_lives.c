#include "tools/report/lives.h"

#include "tests/unit/unit.h"
#include "tools/report/diagnosis.h"

static struct heap_point points[16];

/* Points that have made so many objects. */
static void set(const int *mallocs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		points[i] = (struct heap_point){.mallocs = mallocs[i]};
}

START_TEST(is_one)
{
	static const int mallocs[] = {1, 1, 2, 9};
	size_t n = UNIT_COUNT(mallocs);

	set(mallocs, n);
	ck_assert_uint_eq(lives_next(points, &n), 4);
	ck_assert_uint_eq(n, 4);
}
END_TEST

START_TEST(is_two)
{
	static const int mallocs[] = {5, 8, 9, 0, 1, 2, 3, 4};
	size_t n = UNIT_COUNT(mallocs);

	set(mallocs, n);
	ck_assert_uint_eq(lives_next(points, &n), 3);
	ck_assert_uint_eq(n, 8);
	n -= 3;
	ck_assert_uint_eq(lives_next(points + 3, &n), 5);
}
END_TEST

/* A clock that was set back: 7 and 8 lie between points that are later. */
START_TEST(takes_an_overlap_out)
{
	static const int mallocs[] = {5, 9, 7, 10, 8, 11, 0, 1, 2, 3};
	size_t n = UNIT_COUNT(mallocs);

	set(mallocs, n);
	ck_assert_uint_eq(lives_next(points, &n), 4);
	ck_assert_uint_eq(n, 8);
	ck_assert_double_eq(points[3].mallocs, 11);
	ck_assert_double_eq(points[4].mallocs, 0);
}
END_TEST

START_TEST(ends_with_one_point)
{
	static const int mallocs[] = {5, 0};
	size_t n = UNIT_COUNT(mallocs);

	set(mallocs, n);
	ck_assert_uint_eq(lives_next(points, &n), 1);
	n = 1;
	ck_assert_uint_eq(lives_next(points + 1, &n), 1);
}
END_TEST

static void add(TCase *all)
{
	tcase_add_test(all, is_one);
	tcase_add_test(all, is_two);
	tcase_add_test(all, takes_an_overlap_out);
	tcase_add_test(all, ends_with_one_point);
}

UNIT_MAIN("lives", add)
