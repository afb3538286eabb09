#include "agent/encode/line.h"

#include <errno.h>
#include <stdio.h>

#include "tests/unit/unit.h"

static char head_text[LINE_HEAD_BYTES];
static char line_text[LINE_BYTES];
static struct line head, line;
static struct point point;

static void make_point(void)
{
	line_start(&head, head_text, sizeof(head_text));
	line_start(&line, line_text, sizeof(line_text));
	memset(&point, 0, sizeof(point));
	memset(point.value, -1, sizeof(point.value));
	point.time_ns = 1;
}

static void expect(const struct line *l, const char *wanted)
{
	ck_assert(!l->full);
	ck_assert_msg(l->used == strlen(wanted) && memcmp(l->text, wanted, l->used) == 0,
		      "'%.*s' is not '%s'", (int)l->used, l->text, wanted);
}

START_TEST(a_point_to_the_byte)
{
	line_measurement(&head, "memagent");
	line_tag(&head, "host", "web1");
	line_tag(&head, "pid", "42");
	point.time_ns = INT64_C(1700000000123456789);
	point.value[FIELD_frees] = 0; /* known to be 0, which differs from unknown */
	point.value[FIELD_mallocs] = 3;
	point.value[FIELD_heap_alloc_bytes] = 1234567890;
	point.value[FIELD_agent_send_errors] = INT64_MAX;
	point.sizes[1] = 1;
	point.sizes[4] = 20;
	point.sizes[63] = 300;
	ck_assert_int_eq(line_point(&line, &head, &point, 0), 0);
	expect(&line, "memagent,host=web1,pid=42"
		      " mallocs=3i,frees=0i,heap_alloc_bytes=1234567890i"
		      ",agent_send_errors=9223372036854775807i"
		      ",sizes_le_2=1i,sizes_le_16=20i,sizes_0=300i"
		      " 1700000000123456789\n");
}
END_TEST

START_TEST(a_point_of_one_field)
{
	line_measurement(&head, "m");
	point.value[FIELD_agent_coverage] = 0;
	point.time_ns = 0;
	ck_assert_int_eq(line_point(&line, &head, &point, 0), 0);
	expect(&line, "m agent_coverage=0i 0\n");
}
END_TEST

START_TEST(a_point_of_one_bucket)
{
	line_measurement(&head, "m");
	point.sizes[48] = 9;
	ck_assert_int_eq(line_point(&line, &head, &point, 0), 0);
	expect(&line, "m sizes_le_281474976710656=9i 1\n");
}
END_TEST

START_TEST(every_field_under_its_name)
{
	static const char *const names[] = {
#define FIELD(id, unit, kind, source, doc) #id,
#include "agent/encode/fields.def"
#undef FIELD
	};
	char wanted[128];

	ck_assert_uint_eq(UNIT_COUNT(names), FIELDS);
	line_measurement(&head, "m");
	for (unsigned i = 0; i < FIELDS; i++) {
		memset(point.value, -1, sizeof(point.value));
		point.value[i] = i;
		ck_assert_int_eq(line_point(&line, &head, &point, 0), 0);
		if (fields_is_fraction(i))
			snprintf(wanted, sizeof(wanted), "m %s=%.9f 1\n", names[i], i / 1e9);
		else
			snprintf(wanted, sizeof(wanted), "m %s=%ui 1\n", names[i], i);
		expect(&line, wanted);
	}
}
END_TEST

/* In billionths; a float with all its digits, whatever the locale. */
static const struct {
	int64_t value;
	const char *text;
} fractions[] = {
    {0, "0.000000000"},		 {1, "0.000000001"},	     {10, "0.000000010"},
    {123456789, "0.123456789"},	 {999999999, "0.999999999"}, {1000000000, "1.000000000"},
    {1000000001, "1.000000001"},
};

START_TEST(a_fraction_is_a_float)
{
	char wanted[128];

	line_measurement(&head, "m");
	point.value[FIELD_trim_cpu_fraction] = fractions[_i].value;
	ck_assert_int_eq(line_point(&line, &head, &point, 0), 0);
	snprintf(wanted, sizeof(wanted), "m trim_cpu_fraction=%s 1\n", fractions[_i].text);
	expect(&line, wanted);
}
END_TEST

START_TEST(go_runtime_has_its_own_names)
{
	line_measurement(&head, "m");
	point.schema = SCHEMA_GO_RUNTIME;
	point.value[FIELD_mallocs] = 3;
	point.value[FIELD_heap_alloc_bytes] = 5;
	point.value[FIELD_agent_send_errors] = 7; /* it has no name in the schema */
	point.value[FIELD_trim_cpu_fraction] = 250000000;
	point.sizes[0] = 3; /* nor have these */
	ck_assert_int_eq(line_point(&line, &head, &point, 0), 0);
	expect(
	    &line,
	    "m mem.alloc=5i,mem.malloc=3i,mem.heap.alloc=5i,mem.gc.cpu_fraction=0.250000000 1\n");
}
END_TEST

START_TEST(a_point_without_fields_is_none)
{
	line_measurement(&head, "m");
	errno = 0;
	ck_assert_int_eq(line_point(&line, &head, &point, 0), -1);
	ck_assert_int_eq(errno, EINVAL);

	/* Nor is a count in a bucket without a name, which cannot happen. */
	point.sizes[50] = 1;
	errno = 0;
	ck_assert_int_eq(line_point(&line, &head, &point, 0), -1);
	ck_assert_int_eq(errno, EINVAL);
}
END_TEST

START_TEST(each_point_begins_anew)
{
	line_measurement(&head, "m");
	point.value[FIELD_mallocs] = 12345;
	ck_assert_int_eq(line_point(&line, &head, &point, 0), 0);
	point.value[FIELD_mallocs] = 1;
	ck_assert_int_eq(line_point(&line, &head, &point, 0), 0);
	expect(&line, "m mallocs=1i 1\n");
	point.value[FIELD_mallocs] = -1;
	ck_assert_int_eq(line_point(&line, &head, &point, 0), -1);
	point.value[FIELD_mallocs] = 2;
	ck_assert_int_eq(line_point(&line, &head, &point, 0), 0);
	expect(&line, "m mallocs=2i 1\n");
}
END_TEST

START_TEST(never_writes_behind_the_buffer)
{
	static const char wanted[] = "m,a=b mallocs=10i,sizes_le_2=7i 1\n";
	size_t needed = strlen(wanted);

	line_measurement(&head, "m");
	line_tag(&head, "a", "b");
	point.value[FIELD_mallocs] = 10;
	point.sizes[1] = 7;
	for (size_t size = 0; size <= needed + 1; size++) {
		char *text = malloc(size ? size : 1); /* exactly sized, for the sanitizer */
		struct line small;

		ck_assert_ptr_nonnull(text);
		line_start(&small, text, size);
		errno = 0;
		if (line_point(&small, &head, &point, 0)) {
			ck_assert_uint_lt(size, needed);
			ck_assert_int_eq(errno, ENOSPC);
		} else {
			ck_assert_uint_ge(size, needed);
			expect(&small, wanted);
		}
		free(text);
	}
}
END_TEST

START_TEST(fits_again_after_it_did_not)
{
	line_measurement(&head, "m");
	line_start(&line, line_text, strlen("m mallocs=1i 1\n"));
	point.value[FIELD_mallocs] = 10;
	ck_assert_int_eq(line_point(&line, &head, &point, 0), -1);
	ck_assert_int_eq(errno, ENOSPC);
	point.value[FIELD_mallocs] = 1;
	ck_assert_int_eq(line_point(&line, &head, &point, 0), 0);
	expect(&line, "m mallocs=1i 1\n");
}
END_TEST

/* Points with an incomplete head would be another process's: none is written. */
START_TEST(a_head_that_did_not_fit_makes_no_points)
{
	static const char whole[] = "m,key=value";

	point.value[FIELD_mallocs] = 1;
	for (size_t size = 0; size <= strlen(whole); size++) {
		char *text = malloc(size ? size : 1);

		ck_assert_ptr_nonnull(text);
		line_start(&head, text, size);
		line_measurement(&head, "m");
		line_tag(&head, "key", "value");
		ck_assert_int_eq(head.full, size < strlen(whole));
		errno = 0;
		ck_assert_int_eq(line_point(&line, &head, &point, 0),
				 size < strlen(whole) ? -1 : 0);
		ck_assert_int_eq(errno, size < strlen(whole) ? ENOSPC : 0);
		free(text);
	}
}
END_TEST

START_TEST(nothing_is_added_to_what_is_full)
{
	line_start(&head, head_text, 4);
	line_measurement(&head, "m");
	line_tag(&head, "key", "value");
	ck_assert(head.full);
	line_tag(&head, "a", "b"); /* it would fit alone */
	line_measurement(&head, "x");
	ck_assert(head.full);
	ck_assert_uint_le(head.used, 4);
}
END_TEST

START_TEST(the_longest_point_fits)
{
	char part[256];

	line_measurement(&head, "m");
	unit_repeat(part, ',', 255);
	while (sizeof(head_text) - head.used > 2 * 2 * 255 + 2)
		line_tag(&head, part, part);
	while (sizeof(head_text) > head.used)
		line_measurement(&head, "x");
	ck_assert(!head.full);
	ck_assert_uint_eq(head.used, LINE_HEAD_BYTES);
	for (unsigned i = 0; i < FIELDS; i++)
		point.value[i] = INT64_MAX;
	for (unsigned i = 0; i < COUNTERS_SIZES; i++)
		point.sizes[i] = UINT64_MAX;
	point.time_ns = INT64_MAX;
	ck_assert_int_eq(line_point(&line, &head, &point, 0), 0);
	ck_assert_int_eq(line.text[line.used - 1], '\n');
}
END_TEST

static const struct {
	const char *name;
	const char *written;
} measurements[] = {
    {"memagent", "memagent"}, {"go.runtime.web1", "go.runtime.web1"},
    {"a,b c", "a\\,b\\ c"},   {"a=b", "a=b"}, /* not special in a measurement */
    {"a\"b'c", "a\"b'c"},     {"a\nb\x01\x1f\x7f", "ab"},
    {"a\\b", "a\\b"},	      {"a\\\\", "a"},
    {"a\\,b", "a\\\\,b"},     {"\xc3\xa4", "\xc3\xa4"},
};

START_TEST(escapes_a_measurement)
{
	line_measurement(&head, measurements[_i].name);
	expect(&head, measurements[_i].written);
}
END_TEST

static const struct {
	const char *key;
	const char *value;
	const char *written;
} tags[] = {
    {"k", "v", ",k=v"},
    {"k k", "v v", ",k\\ k=v\\ v"},
    {"a,b=c", "d,e=f", ",a\\,b\\=c=d\\,e\\=f"},
    {",", "=", ",\\,=\\="},
    {"k", "\"quoted\"", ",k=\"quoted\""},
    {"k", "a\\b", ",k=a\\b"},
    {"k\\", "v\\", ",k=v"}, /* it would escape the next character */
    {"k", "v\\\\\\", ",k=v"},
    {"k", "v\\\n", ",k=v"}, /* the last byte after the control byte is removed */
    {"k", "v\n\\\x01\\", ",k=v"},
    {"k\r\n", "v1\nv2\tv3\x7f", ",k=v1v2v3"},
    {"k", "  ", ",k=\\ \\ "},
    {"k", "\xe2\x82\xac\xff", ",k=\xe2\x82\xac\xff"},
    {"", "v", ""},
    {"k", "", ""},
    {"\\", "v", ""},
    {"k", "\\", ""},
    {"\x01\x02", "v", ""},
    {"k", "\n\\\n", ""},
    {"k", "\n", ""},
};

START_TEST(escapes_a_tag)
{
	line_tag(&head, tags[_i].key, tags[_i].value);
	expect(&head, tags[_i].written);
}
END_TEST

/* Every field and every bucket, each with a different value. */
static void fill_point(void)
{
	for (unsigned i = 0; i < FIELDS; i++)
		point.value[i] = INT64_C(1000000) * i;
	for (unsigned i = 0; i < COUNTERS_SIZES; i++)
		point.sizes[i] = 7 + i;
	point.time_ns = INT64_C(1700000000123456789);
}

START_TEST(splits_to_the_byte)
{
	line_measurement(&head, "m");
	line_tag(&head, "a", "b");
	point.value[FIELD_mallocs] = 1;
	point.value[FIELD_frees] = 2;
	point.sizes[1] = 3;
	ck_assert_int_eq(line_point(&line, &head, &point, 1), 0);
	expect(&line, "m,a=b mallocs=1i 1\nm,a=b frees=2i 1\nm,a=b sizes_le_2=3i 1\n");
	ck_assert_int_eq(line_point(&line, &head, &point, 1000), 0);
	expect(&line, "m,a=b mallocs=1i,frees=2i,sizes_le_2=3i 1\n");
}
END_TEST

/* Check the lines of ${got}, join them again, and return their number. */
static int join_lines(const struct line *got, size_t longest, char *joined, size_t size)
{
	const char *p = got->text, *end = got->text + got->used;
	const char *time = " 1700000000123456789\n";
	int lines = 0;

	snprintf(joined, size, "%.*s ", (int)head.used, head.text);
	for (; p < end; lines++) {
		const char *next = (const char *)memchr(p, '\n', (size_t)(end - p)) + 1;
		const char *fields = p + head.used + 1;

		ck_assert_uint_le((size_t)(next - p), longest);
		ck_assert_int_eq(memcmp(p, head.text, head.used), 0);
		ck_assert_int_eq(strncmp(next - strlen(time), time, strlen(time)), 0);
		if (lines)
			strcat(joined, ",");
		strncat(joined, fields, (size_t)(next - strlen(time) - fields));
		p = next;
	}
	strcat(joined, time);
	return lines;
}

#define LONGEST_FIELD 50 /* and the time fits too */

/* However it is split, no line is too long, and together they are the same point. */
START_TEST(splits_into_the_same_point)
{
	static char joined[LINE_BYTES + 1];
	static char whole[LINE_BYTES + 1];
	int before = COUNTERS_SIZES + FIELDS;

	line_measurement(&head, "memagent");
	line_tag(&head, "host", "web1");
	fill_point();
	ck_assert_int_eq(line_point(&line, &head, &point, 0), 0);
	memcpy(whole, line.text, line.used);
	for (size_t longest = 100; longest <= strlen(whole) + 100; longest += 7) {
		int lines;

		ck_assert_int_eq(line_point(&line, &head, &point, longest), 0);
		lines = join_lines(&line, longest, joined, sizeof(joined));
		ck_assert_str_eq(joined, whole);
		ck_assert_int_le(lines, before);
		before = lines;
		/* No line ends while another field would fit. */
		if (longest > head.used + 2 * LONGEST_FIELD)
			ck_assert_uint_le((size_t)lines, strlen(whole) / (longest - head.used -
									  2 * LONGEST_FIELD) +
							     1);
	}
	ck_assert_int_eq(before, 1);
}
END_TEST

START_TEST(splits_within_the_buffer)
{
	char *text = malloc(1500); /* exactly sized, for the sanitizer */
	struct line small;

	ck_assert_ptr_nonnull(text);
	line_start(&small, text, 1500);
	line_measurement(&head, "m");
	fill_point();
	errno = 0;
	ck_assert_int_eq(line_point(&small, &head, &point, 100), -1);
	ck_assert_int_eq(errno, ENOSPC);
	free(text);
}
END_TEST

static const struct {
	const char *measurement; /* of the points */
	const char *event;
	const char *text;
	const char *written;
} events[] = {
    {"m", "stop", "all is well", "log,a=b event=\"stop\",text=\"all is well\" 5\n"},
    {"m", "e", "a \"b\", c=d\\e", "log,a=b event=\"e\",text=\"a \\\"b\\\", c=d\\\\e\" 5\n"},
    {"m", "e", "a\nb\\", "log,a=b event=\"e\",text=\"ab\" 5\n"},
    {"m", "", "", "log,a=b event=\"\",text=\"\" 5\n"},
    {"m,n o", "e", "t", "log,a=b event=\"e\",text=\"t\" 5\n"}, /* an escaped comma is not a tag's */
};

static int write_event(struct line *to, const char *measurement, const struct line *of,
		       const char *event, const char *text, int64_t time_ns)
{
	struct record record = {.measurement = measurement, .time_ns = time_ns};

	record_text(&record, "event", event);
	record_text(&record, "text", text);
	return line_record(to, of, &record);
}

START_TEST(an_event_to_the_byte)
{
	line_measurement(&head, events[_i].measurement);
	line_tag(&head, "a", "b");
	ck_assert_int_eq(write_event(&line, "log", &head, events[_i].event, events[_i].text, 5), 0);
	expect(&line, events[_i].written);
}
END_TEST

START_TEST(an_event_without_tags)
{
	line_measurement(&head, "m");
	ck_assert_int_eq(write_event(&line, "a b", &head, "e", "t", 5), 0);
	expect(&line, "a\\ b event=\"e\",text=\"t\" 5\n");
}
END_TEST

START_TEST(a_record_to_the_byte)
{
	struct record record = {.measurement = "log_site", .time_ns = 5};

	record_tag(&record, "site", "00ff");
	record_tag(&record, "function", "a b");
	record_number(&record, "live", INT64_MAX);
	record_number(&record, "growth", INT64_MIN);
	record_text(&record, "stack", "main;a\nb");
	line_measurement(&head, "m");
	line_tag(&head, "host", "h");
	ck_assert_int_eq(line_record(&line, &head, &record), 0);
	expect(&line, "log_site,host=h,site=00ff,function=a\\ b live=9223372036854775807i,"
		      "growth=-9223372036854775808i,stack=\"main;ab\" 5\n");
}
END_TEST

START_TEST(a_record_keeps_what_it_has_room_for)
{
	struct record record = {.measurement = "m", .time_ns = 5};

	for (int i = 0; i < RECORD_NUMBERS + 3; i++)
		record_number(&record, "n", i);
	for (int i = 0; i < RECORD_TAGS + 3; i++)
		record_tag(&record, "t", "x");
	for (int i = 0; i < RECORD_TEXTS + 3; i++)
		record_text(&record, "s", "x");
	ck_assert_uint_eq(record.numbers_used, RECORD_NUMBERS);
	ck_assert_int_eq(record.numbers[RECORD_NUMBERS - 1].value, RECORD_NUMBERS - 1);
	ck_assert_uint_eq(record.tags_used, RECORD_TAGS);
	ck_assert_uint_eq(record.texts_used, RECORD_TEXTS);
}
END_TEST

START_TEST(an_event_never_writes_behind_the_buffer)
{
	static const char wanted[] = "log,a=b event=\"e\",text=\"\\\"t\" 5\n";

	line_measurement(&head, "m");
	line_tag(&head, "a", "b");
	for (size_t size = 0; size <= strlen(wanted); size++) {
		char *text = malloc(size ? size : 1);
		struct line small;
		int result;

		ck_assert_ptr_nonnull(text);
		line_start(&small, text, size);
		errno = 0;
		result = write_event(&small, "log", &head, "e", "\"t", 5);
		ck_assert_int_eq(result, size < strlen(wanted) ? -1 : 0);
		ck_assert_int_eq(errno, result ? ENOSPC : 0);
		if (result == 0)
			expect(&small, wanted);
		free(text);
	}
}
END_TEST

static void random_text(uint64_t *seed, char *out, size_t longest)
{
	static const char letters[] = ",,== \\\\\\\"'#ab0\n\x01\x7f\xc3";
	size_t n = unit_pick(seed, longest + 1);

	for (size_t i = 0; i < n; i++)
		out[i] = letters[unit_pick(seed, sizeof(letters) - 1)];
	out[n] = '\0';
}

/* The part of ${text} that must arrive. */
static void clean(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if ((unsigned char)*from >= ' ' && *from != 0x7f)
			*to++ = *from;
	while (to > text && to[-1] == '\\')
		to--;
	*to = '\0';
}

/*
 * As the server reads it: a part ends at a character of ${ends} unless the byte before is a
 * backslash; then a backslash before a character of ${special} goes.  Return where it ended.
 */
static const char *read_part(const char *p, const char *end, const char *ends, const char *special,
			     char *out)
{
	const char *begin = p;

	while (p < end && !(strchr(ends, *p) && (p == begin || p[-1] != '\\')))
		p++;
	for (const char *from = begin; from < p; from++) {
		if (*from == '\\' && from + 1 < p && strchr(special, from[1]))
			from++;
		*out++ = *from;
	}
	*out = '\0';
	return p;
}

/* Read a tag at ${p}, compare it, and return where it ended. */
static const char *expect_tag(const char *p, const char *end, const char *key, const char *value)
{
	char got[64];

	ck_assert(p < end && *p == ',');
	p = read_part(p + 1, end, ",= ", ",= ", got);
	ck_assert_str_eq(got, key);
	ck_assert(p < end && *p == '=');
	p = read_part(p + 1, end, ",= ", ",= ", got);
	ck_assert_str_eq(got, value);
	return p;
}

START_TEST(no_special_character_survives)
{
	uint64_t seed = (uint64_t)_i;

	for (int round = 0; round < 2000; round++) {
		char name[32], key[4][32], value[4][32], got[64];
		const char *p, *end;

		line_start(&head, head_text, sizeof(head_text));
		do {
			random_text(&seed, name, 20);
			clean(name);
		} while (name[0] == '\0');
		line_measurement(&head, name);
		for (int i = 0; i < 4; i++) {
			random_text(&seed, key[i], 20);
			random_text(&seed, value[i], 20);
			line_tag(&head, key[i], value[i]);
		}
		end = head.text + head.used;
		p = read_part(head.text, end, ", ", ", ", got);
		ck_assert_str_eq(got, name);
		for (int i = 0; i < 4; i++) {
			clean(key[i]);
			clean(value[i]);
			if (key[i][0] && value[i][0])
				p = expect_tag(p, end, key[i], value[i]);
		}
		ck_assert_ptr_eq(p, end);
	}
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_checked_fixture(all, make_point, NULL);
	tcase_add_test(all, a_point_to_the_byte);
	tcase_add_test(all, a_point_of_one_field);
	tcase_add_test(all, a_point_of_one_bucket);
	tcase_add_test(all, every_field_under_its_name);
	tcase_add_loop_test(all, a_fraction_is_a_float, 0, UNIT_COUNT(fractions));
	tcase_add_test(all, go_runtime_has_its_own_names);
	tcase_add_test(all, a_point_without_fields_is_none);
	tcase_add_test(all, each_point_begins_anew);
	tcase_add_test(all, never_writes_behind_the_buffer);
	tcase_add_test(all, fits_again_after_it_did_not);
	tcase_add_test(all, a_head_that_did_not_fit_makes_no_points);
	tcase_add_test(all, nothing_is_added_to_what_is_full);
	tcase_add_test(all, the_longest_point_fits);
	tcase_add_test(all, splits_to_the_byte);
	tcase_add_test(all, splits_into_the_same_point);
	tcase_add_test(all, splits_within_the_buffer);
	tcase_add_loop_test(all, an_event_to_the_byte, 0, UNIT_COUNT(events));
	tcase_add_test(all, an_event_without_tags);
	tcase_add_test(all, a_record_to_the_byte);
	tcase_add_test(all, a_record_keeps_what_it_has_room_for);
	tcase_add_test(all, an_event_never_writes_behind_the_buffer);
	tcase_add_loop_test(all, escapes_a_measurement, 0, UNIT_COUNT(measurements));
	tcase_add_loop_test(all, escapes_a_tag, 0, UNIT_COUNT(tags));
	tcase_add_loop_test(all, no_special_character_survives, 0, UNIT_SEEDS);
}

UNIT_MAIN("line", add_tests)
