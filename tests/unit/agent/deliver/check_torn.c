#include "agent/deliver/torn.h"

#include <stdio.h>

#include "tests/unit/unit.h"

#define TIME " 1700000000000000000"

static const struct {
	const char *half;
	const char *end;
} halves[] = {
    {"m", "(torn)\n"},
    {"m,a=b", "(torn)\n"},
    {"m,a=b ", "(torn)\n"},
    {"m,a=b v=1", "(torn)\n"},
    {"m,a=b v=1i", "(torn)\n"},
    {"m,a=b v=1i ", "(torn)\n"},
    /* Valid, but for a second time. */
    {"m,a=b v=1i 170000000000000000", "(torn)\n"},
    {"1700000000000000000", "(torn)\n"},
    {"m v=1i 11700000000000000000", "(torn)\n"},
    /* Nothing is missing. */
    {"m,a=b v=1i" TIME, "\n"},
    {"m,a=b v=\"x\"" TIME, "\n"},
    /* An open quote would continue over the newline. */
    {"m v=\"", "\"(torn)\n"},
    {"m v=\"x", "\"(torn)\n"},
    {"m v=\"x" TIME, "\"(torn)\n"},
    {"m v=\"x\\", "\\\"(torn)\n"},
    {"m v=\"x\\\\", "\"(torn)\n"},
    {"m v=\"x\\\"", "\"(torn)\n"},
    {"m v=\"x\"", "(torn)\n"},
    {"m v=\"x\",w=\"", "\"(torn)\n"},
    {"m,a=b\\", "(torn)\n"},
    {"m,a=b\\\"c v=1", "(torn)\n"},
    /* A quote only closes the text of a field. */
    {"m,a=\" v=\"x", "\"(torn)\n"},
    {"m\",a=\"b\" v\"=\"x", "\"(torn)\n"},
    {"m,a=\" v=1", "(torn)\n"},
    {"m,a\\ =\" v=1", "(torn)\n"},
    {"m,a=\" v=1i" TIME, "\n"},
};

START_TEST(ends_half_a_line)
{
	const char *half = halves[_i].half;
	char whole[128], out[TORN_BYTES];
	size_t n = torn_end(half, strlen(half), out);

	ck_assert_uint_eq(n, strlen(halves[_i].end));
	ck_assert_int_eq(memcmp(out, halves[_i].end, n), 0);
	snprintf(whole, sizeof(whole), "%s%s", half, halves[_i].end);
	ck_assert_int_eq(torn_is(whole, strlen(whole)), n > 1);
}
END_TEST

START_TEST(knows_other_lines)
{
	ck_assert(!torn_is("", 0));
	ck_assert(!torn_is("\n", 1));
	ck_assert(!torn_is("torn)\n", 6));
	ck_assert(!torn_is("m v=1 1\n", 8));
	ck_assert(torn_is("(torn)\n", 7));
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, ends_half_a_line, 0, UNIT_COUNT(halves));
	tcase_add_test(all, knows_other_lines);
}

UNIT_MAIN("torn", add_tests)
