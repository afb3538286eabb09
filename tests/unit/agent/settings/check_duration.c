#include "agent/settings/duration.h"

#include <errno.h>

#include "tests/unit/unit.h"

#define S INT64_C(1000000000)
#define UNTOUCHED 4711

static const struct {
	const char *text;
	int64_t ns;
} good[] = {
    {"0ms", 0},
    {"0s", 0},
    {"1ms", S / 1000},
    {"250ms", S / 4},
    {"1s", S},
    {"3s", 3 * S},
    {"007s", 7 * S},
    {"1m", 60 * S},
    {"90m", 5400 * S},
    {"24h", 86400 * S},
    /* The longest of each unit that fits into 2^63 - 1 ns. */
    {"9223372036854ms", INT64_C(9223372036854) * (S / 1000)},
    {"9223372036s", 9223372036 * S},
    {"153722867m", 153722867 * (60 * S)},
    {"2562047h", 2562047 * (3600 * S)},
};

START_TEST(takes_a_number_and_a_unit)
{
	int64_t ns = UNTOUCHED;

	errno = 0;
	ck_assert_msg(duration_parse(good[_i].text, &ns) == 0, "%s", good[_i].text);
	ck_assert_int_eq(ns, good[_i].ns);
	ck_assert_int_eq(errno, 0);
}
END_TEST

static const char *const malformed[] = {
    "",	   "s",	   "ms",    "1",      "250",  "-1s",  "+1s",	   " 1s",      "1 s",
    "1s ", "1s\n", "1S",    "1MS",    "1.5s", "1,5s", "1sec",	   "1s1ms",    "1ms1s",
    "1d",  "1w",   "1us",   "1ns",    "0x1s", "1e3s", "1sm",	   "1mss",     "one s",
    "s1",  "\t1s", "1\t s", "1\x01s", "1h.",  "--1s", "\xd9\xa1s", "infinity",
};

START_TEST(refuses_what_is_no_duration)
{
	int64_t ns = UNTOUCHED;

	errno = 0;
	ck_assert_msg(duration_parse(malformed[_i], &ns) == -1, "%s", malformed[_i]);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(ns, UNTOUCHED);
}
END_TEST

static const char *const too_long[] = {
    "9223372036855ms",
    "9223372037s",
    "153722868m",
    "2562048h",
    "9223372036854775807ms",
    "9223372036854775808ms",
    "18446744073709551617s", /* would be 1 if it wrapped */
    "99999999999999999999999999s",
    "9223372036854775807h",
};

START_TEST(refuses_what_does_not_fit)
{
	int64_t ns = UNTOUCHED;

	errno = 0;
	ck_assert_msg(duration_parse(too_long[_i], &ns) == -1, "%s", too_long[_i]);
	ck_assert_int_eq(errno, ERANGE);
	ck_assert_int_eq(ns, UNTOUCHED);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, takes_a_number_and_a_unit, 0, UNIT_COUNT(good));
	tcase_add_loop_test(all, refuses_what_is_no_duration, 0, UNIT_COUNT(malformed));
	tcase_add_loop_test(all, refuses_what_does_not_fit, 0, UNIT_COUNT(too_long));
}

UNIT_MAIN("duration", add_tests)
