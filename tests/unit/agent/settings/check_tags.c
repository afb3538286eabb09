#include "agent/settings/tags.h"

#include <errno.h>
#include <stdio.h>

#include "tests/unit/unit.h"

#define LONGEST (TAGS_PART_BYTES - 1)

static void expect_tag(const char **text, const char *key, const char *value)
{
	struct tag tag;

	ck_assert_int_eq(tags_next(text, &tag), 1);
	ck_assert_str_eq(tag.key, key);
	ck_assert_str_eq(tag.value, value);
}

static void expect_end(const char **text)
{
	const char *before = *text;
	struct tag tag;

	/* At the end it stays there, however often it is called. */
	ck_assert_int_eq(tags_next(text, &tag), 0);
	ck_assert_int_eq(tags_next(text, &tag), 0);
	ck_assert_ptr_eq(*text, before);
}

START_TEST(nothing_has_no_tags)
{
	const char *text = "";

	expect_end(&text);
}
END_TEST

START_TEST(takes_one_after_the_other)
{
	const char *text = "env=prod,region=eu-west 1,v=1.2";

	expect_tag(&text, "env", "prod");
	ck_assert_str_eq(text, "region=eu-west 1,v=1.2");
	expect_tag(&text, "region", "eu-west 1");
	expect_tag(&text, "v", "1.2");
	expect_end(&text);
}
END_TEST

static const struct {
	const char *text;
	const char *key;
	const char *value;
} escapes[] = {
    {"a\\,b=c\\,d", "a,b", "c,d"},
    {"a\\=b=c\\=d", "a=b", "c=d"},
    {"a\\\\b=c\\\\d", "a\\b", "c\\d"},
    {"\\,=\\=", ",", "="},
    {"\\\\=\\\\", "\\", "\\"},
    {"a\\\\=b", "a\\", "b"},	       /* the backslash is escaped, the equals sign is not */
    {"a\\nb=c\\ d", "a\\nb", "c\\ d"}, /* not an escape, so the backslash is literal */
    {"a=b\\", "a", "b\\"},
    {"a=\\", "a", "\\"},
    {"\xc3\xa4=\xe2\x82\xac", "\xc3\xa4", "\xe2\x82\xac"},
};

START_TEST(takes_off_backslashes)
{
	const char *text = escapes[_i].text;

	expect_tag(&text, escapes[_i].key, escapes[_i].value);
	expect_end(&text);
}
END_TEST

static const char *const malformed[] = {
    "a",     "abc",  "=",     "=b",	  "a=",	     "a=,",    "a=,b=c", ",",
    ",a=b",  "a=b,", "a=b,,", "a=b,,c=d", "a=b,c",   "a=b,c=", "a=b,=d", "a\\=b",
    "a,b=c", "a=\n", "a=b\n", "\x01=b",	  "a\x7f=b", "a=b\tc", "a=\x1f", "a\\\n=b",
};

/* Return the result for a tag past the end. */
static int last_answer(const char *text)
{
	struct tag tag;
	int found;

	while ((found = tags_next(&text, &tag)) == 1)
		;
	return found;
}

START_TEST(refuses_malformed_text)
{
	errno = 0;
	ck_assert_msg(last_answer(malformed[_i]) == -1, "%s", malformed[_i]);
	ck_assert_int_eq(errno, EINVAL);
}
END_TEST

START_TEST(takes_parts_up_to_the_longest)
{
	char part[LONGEST + 2];
	char text[2 * sizeof(part) + 2];
	const char *rest = text;

	unit_repeat(part, 'x', LONGEST);
	snprintf(text, sizeof(text), "%s=%s", part, part);
	expect_tag(&rest, part, part);
	expect_end(&rest);

	unit_repeat(part, 'x', LONGEST + 1);
	snprintf(text, sizeof(text), "%s=v", part);
	ck_assert_int_eq(last_answer(text), -1);
	snprintf(text, sizeof(text), "k=%s", part);
	ck_assert_int_eq(last_answer(text), -1);
}
END_TEST

START_TEST(counts_an_escape_as_one)
{
	char text[2 * LONGEST + 3] = "k=";
	char value[LONGEST + 1];
	const char *rest = text;

	for (size_t i = 0; i < LONGEST; i++)
		strcat(text, "\\,");
	expect_tag(&rest, "k", unit_repeat(value, ',', LONGEST));
}
END_TEST

/* Fill ${out} with 1 to ${longest} bytes, many of them special. */
static void random_part(uint64_t *seed, char *out, size_t longest)
{
	static const char letters[] = ",,==\\\\\\ \"'#ab0\xc3\xbf";
	size_t n = 1 + unit_pick(seed, longest);

	for (size_t i = 0; i < n; i++)
		out[i] = letters[unit_pick(seed, sizeof(letters) - 1)];
	out[n] = '\0';
}

static char *append_escaped(char *end, const char *part)
{
	for (; *part; part++) {
		if (strchr(",=\\", *part))
			*end++ = '\\';
		*end++ = *part;
	}
	*end = '\0';
	return end;
}

START_TEST(what_was_escaped_comes_back)
{
	uint64_t seed = (uint64_t)_i;

	for (int round = 0; round < 500; round++) {
		char text[8 * TAGS_PART_BYTES];
		const char *rest = text;
		struct tag tags[3];
		char *end = text;

		for (size_t i = 0; i < UNIT_COUNT(tags); i++) {
			random_part(&seed, tags[i].key, 12);
			random_part(&seed, tags[i].value, round % 50 ? 12 : LONGEST);
			if (i)
				*end++ = ',';
			end = append_escaped(end, tags[i].key);
			*end++ = '=';
			end = append_escaped(end, tags[i].value);
		}
		for (size_t i = 0; i < UNIT_COUNT(tags); i++)
			expect_tag(&rest, tags[i].key, tags[i].value);
		expect_end(&rest);
	}
}
END_TEST

/* Whatever the text, parsing ends inside of it. */
START_TEST(survives_any_text)
{
	uint64_t seed = (uint64_t)_i;

	for (int round = 0; round < 2000; round++) {
		size_t n = unit_pick(&seed, 40);
		char *text = malloc(n + 1); /* exactly sized, for the sanitizer */
		const char *rest = text;
		struct tag tag;

		ck_assert_ptr_nonnull(text);
		for (size_t i = 0; i < n; i++)
			text[i] = ",=\\a\x01"[unit_pick(&seed, 5)];
		text[n] = '\0';
		while (tags_next(&rest, &tag) == 1)
			ck_assert(tag.key[0] && tag.value[0]);
		ck_assert(rest >= text && rest <= text + n);
		free(text);
	}
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, nothing_has_no_tags);
	tcase_add_test(all, takes_one_after_the_other);
	tcase_add_loop_test(all, takes_off_backslashes, 0, UNIT_COUNT(escapes));
	tcase_add_loop_test(all, refuses_malformed_text, 0, UNIT_COUNT(malformed));
	tcase_add_test(all, takes_parts_up_to_the_longest);
	tcase_add_test(all, counts_an_escape_as_one);
	tcase_add_loop_test(all, what_was_escaped_comes_back, 0, UNIT_SEEDS);
	tcase_add_loop_test(all, survives_any_text, 0, UNIT_SEEDS);
}

UNIT_MAIN("tags", add_tests)
