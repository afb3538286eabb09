#include "tools/report/words.h"

#include <math.h>

#include "tests/unit/unit.h"

static const struct {
	struct words (*of)(double n);
	double n;
	const char *text;
} cases[] = {
    {words_bytes, 0, "0 bytes"},
    {words_bytes, 1, "1 byte"},
    {words_bytes, -1, "-1 byte"},
    {words_bytes, 1.6, "2 bytes"},
    {words_bytes, 1023, "1023 bytes"},
    {words_bytes, 1024, "1.0 KiB"},
    {words_bytes, -1536, "-1.5 KiB"},
    {words_bytes, 26e6, "24.8 MiB"},
    {words_bytes, 3221225472, "3.00 GiB"},
    {words_grouped, 0, "0"},
    {words_grouped, 999, "999"},
    {words_grouped, 1000, "1,000"},
    {words_grouped, -1234567, "-1,234,567"},
    {words_grouped, 1e18, "1,000,000,000,000,000,000"},
    {words_span, 25, "25.0 s"},
    {words_span, 120, "2.0 min"},
    {words_span, 7200, "2.0 h"},
    {words_pause, 0, "0 µs"},
    {words_pause, 70e3, "70 µs"},
    {words_pause, 2e6, "2.0 ms"},
    {words_pause, 1.5e9, "1.50 s"},
};

START_TEST(says)
{
	ck_assert_str_eq(cases[_i].of(cases[_i].n).text, cases[_i].text);
}
END_TEST

START_TEST(counts_one)
{
	ck_assert_str_eq(words_count(1, "object").text, "1 object");
	ck_assert_str_eq(words_count(0, "object").text, "0 objects");
	ck_assert_str_eq(words_count(2345, "request").text, "2,345 requests");
}
END_TEST

START_TEST(says_the_error)
{
	ck_assert_str_eq(words_bytes_and_error(5018, 614).text, "4.9 ± 0.6 KiB");
	ck_assert_str_eq(words_bytes_and_error(900, 30).text, "900 ± 30 bytes");
	ck_assert_str_eq(words_bytes_and_error(3e6, 1000).text, "2.9 ± 0.0 MiB");
	ck_assert_str_eq(words_bytes_and_error(1, 0).text, "1 byte");
	ck_assert_str_eq(words_bytes_and_error(2048, NAN).text, "2.0 KiB");
}
END_TEST

START_TEST(has_room)
{
	ck_assert_uint_lt(strlen(words_grouped(-1e300).text), sizeof(struct words));
	ck_assert_uint_lt(strlen(words_bytes(-1e30).text), sizeof(struct words));
}
END_TEST

static void add(TCase *all)
{
	tcase_add_loop_test(all, says, 0, UNIT_COUNT(cases));
	tcase_add_test(all, counts_one);
	tcase_add_test(all, says_the_error);
	tcase_add_test(all, has_room);
}

UNIT_MAIN("words", add)
