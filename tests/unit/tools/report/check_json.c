#include "tools/report/json.h"

#include "tests/unit/unit.h"

static struct json of(const char *text)
{
	return (struct json){text, text + strlen(text), false};
}

static const struct {
	const char *json;
	const char *text; /* NULL: malformed */
} strings[] = {
    {"\"\"", ""},
    {" \"a b\"", "a b"},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
    {"\"\\u0041\\u00e9\\u20AC\"", "Aé€"},
    {"\"\\ud83d\\ude00\"", "😀"},
    {"\"\\ud83d\"", "?"},
    {"\"too long for it\"", "too long f"},
    {"\"", NULL},
    {"\"\\", NULL},
    {"\"\\x\"", NULL},
    {"\"\\u12g4\"", NULL},
    {"\"\\u12", NULL},
    {"x", NULL},
    {"", NULL},
};

START_TEST(takes_strings)
{
	struct json json = of(strings[_i].json);
	char text[32];

	json_string(&json, text, strcmp(strings[_i].json, "\"too long for it\"") ? 32 : 11);
	ck_assert_int_eq(json.bad, strings[_i].text == NULL);
	if (strings[_i].text)
		ck_assert_str_eq(text, strings[_i].text);
	ck_assert_ptr_eq(json.at, json.end);
}
END_TEST

START_TEST(goes_through)
{
	struct json json = of(" { \"a\" : [ 1 , -2.5e3, \"x\", null ] , \"b\":{} } ");
	bool first = true, first_element = true;
	char key[8];
	const char *text;
	size_t length, numbers = 0, elements = 0;

	ck_assert(json_more(&json, '{', '}', &first));
	json_key(&json, key, sizeof(key));
	ck_assert_str_eq(key, "a");
	while (json_more(&json, '[', ']', &first_element)) {
		elements++;
		numbers += json_number(&json, &text, &length);
	}
	ck_assert_uint_eq(elements, 4);
	ck_assert_uint_eq(numbers, 2);
	ck_assert(json_more(&json, '{', '}', &first));
	json_key(&json, key, sizeof(key));
	json_skip(&json);
	ck_assert(!json_more(&json, '{', '}', &first));
	ck_assert(!json.bad);
}
END_TEST

static const char *const mistakes[] = {"{",   "[1", "[1,", "{\"a", "[\"\\x\"]",
				       "\"a", "",   "]",   ":",	   ","};

START_TEST(finds_mistakes)
{
	struct json json = of(mistakes[_i]);

	json_skip(&json);
	ck_assert(json.bad);
	ck_assert_ptr_eq(json.at, json.end);
}
END_TEST

START_TEST(takes_any_depth)
{
	static char text[100000];
	struct json json;

	unit_repeat(text, '[', sizeof(text) - 1);
	json = of(text);
	json_skip(&json);
	ck_assert(json.bad);
}
END_TEST

/* Return how many elements are read before the end or the error. */
static size_t elements_of(struct json *json)
{
	bool first = true;
	size_t n = 0;

	for (; json_more(json, '[', ']', &first); n++)
		json_skip(json);
	return n;
}

START_TEST(expects_commas)
{
	struct json good = of("[1,[2,3],{\"a\":4}]"), bad = of("[1 2]"), other = of("{}");

	ck_assert_uint_eq(elements_of(&good), 3);
	ck_assert(!good.bad);
	ck_assert_uint_eq(elements_of(&bad), 1);
	ck_assert(bad.bad);
	ck_assert_uint_eq(elements_of(&other), 0);
	ck_assert(other.bad);
}
END_TEST

static void add(TCase *all)
{
	tcase_add_loop_test(all, takes_strings, 0, UNIT_COUNT(strings));
	tcase_add_test(all, goes_through);
	tcase_add_loop_test(all, finds_mistakes, 0, UNIT_COUNT(mistakes));
	tcase_add_test(all, expects_commas);
	tcase_add_test(all, takes_any_depth);
}

UNIT_MAIN("json", add)
