/*
 * The encoder: an independent parser reads back exactly what the encoder was given.
 *
 * runs: 6000
 * input: room for the line | bytes a line may have | time | schema (g: go-runtime) | measurement |
 *        event | text of the event | number of tags | key | value | … | first field | …
 *        and the sizes behind the fields
 */
#include "agent/encode/line.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/line_protocol.h"

#define TAGS 8

static char head_text[LINE_HEAD_BYTES];
static char line_text[LINE_BYTES];
static char event_text[LINE_BYTES];

struct wanted {
	const char *measurement;
	const char *key[TAGS];
	const char *value[TAGS];
	size_t tags;
};

/* The part of a text that must arrive: all but control bytes and a backslash at the end. */
static const char *clean(char *text)
{
	char *to = text;

	for (const char *p = text; *p; p++)
		if (!is_control(*p))
			*to++ = *p;
	while (to > text && to[-1] == '\\')
		to--;
	*to = '\0';
	return text;
}

static void write_head(struct line *head, struct wanted *wanted, char *measurement,
		       struct input *in)
{
	size_t tags = (size_t)input_number(in, 0) % (TAGS + 1);

	line_measurement(head, measurement);
	wanted->measurement = clean(measurement);
	wanted->tags = 0;
	for (size_t i = 0; i < tags; i++) {
		char *key = input_text(in);
		char *value = input_text(in);

		line_tag(head, key, value);
		if (*clean(key) && *clean(value)) {
			wanted->key[wanted->tags] = key;
			wanted->value[wanted->tags++] = value;
		}
	}
}

static void check_head(const struct lp_line *line, const char *measurement,
		       const struct wanted *wanted)
{
	CHECK(strcmp(line->measurement, measurement) == 0);
	CHECK(line->tags == wanted->tags);
	for (size_t i = 0; i < line->tags; i++) {
		CHECK(strcmp(line->tag[i].key, wanted->key[i]) == 0);
		CHECK(strcmp(line->tag[i].value, wanted->value[i]) == 0);
	}
}

/* Remove the field ${name} from ${point}.  Return its value, or -1 if it must be missing. */
static int64_t take_value(struct point *point, const char *name, bool *is_fraction)
{
	int64_t value = -1;
	enum field field;
	const char *other;

	*is_fraction = false;
	if (point->schema == SCHEMA_GO_RUNTIME) {
		for (unsigned i = 0; (other = fields_go(i, &field)) != NULL; i++)
			if (strcmp(other, name) == 0) {
				*is_fraction = fields_is_fraction(field);
				return point->value[field];
			}
		return -1;
	}
	for (unsigned i = 0; i < FIELDS; i++)
		if (strcmp(fields_name(i), name) == 0) {
			value = point->value[i];
			point->value[i] = -1;
			*is_fraction = fields_is_fraction(i);
		}
	for (unsigned i = 0; i < COUNTERS_SIZES; i++)
		if (fields_size_name(i) && strcmp(fields_size_name(i), name) == 0) {
			value = (int64_t)point->sizes[i];
			point->sizes[i] = 0;
		}
	return value;
}

static void check_fields(const struct lp_line *line, struct point *point)
{
	CHECK(line->fields > 0);
	for (size_t i = 0; i < line->fields; i++) {
		bool is_fraction;
		int64_t value = take_value(point, line->field[i].key, &is_fraction);

		CHECK(value >= 0);
		CHECK(line->field[i].kind == (is_fraction ? LP_FLOAT : LP_INTEGER));
		if (is_fraction)
			CHECK(line->field[i].billionths == (uint64_t)value);
		else
			CHECK(line->field[i].integer == value);
	}
}

/* No field is left over. */
static void check_complete(const struct point *point)
{
	if (point->schema == SCHEMA_GO_RUNTIME)
		return;
	for (unsigned i = 0; i < FIELDS; i++)
		CHECK(point->value[i] < 0);
	for (unsigned i = 0; i < COUNTERS_SIZES; i++)
		CHECK(point->sizes[i] == 0 || fields_size_name(i) == NULL);
}

/* The longest line with one field. */
static size_t least(const struct line *head)
{
	return head->used + 1 + 64 + 1 + 20 + 1 + 1 + 20 + 1;
}

static void check_point(const struct line *line, const struct line *head,
			const struct wanted *wanted, struct point point, size_t longest)
{
	const char *end = line->text + line->used;

	CHECK(line->used > 0);
	for (const char *p = line->text; p < end;) {
		struct lp_line parsed;
		const char *next = lp_parse(p, (size_t)(end - p), &parsed);

		CHECK(next);
		CHECK(longest == 0 || (size_t)(next - p) <= longest || longest < least(head));
		check_head(&parsed, wanted->measurement, wanted);
		check_fields(&parsed, &point);
		CHECK(parsed.time == point.time_ns);
		lp_free(&parsed);
		p = next;
	}
	check_complete(&point);
}

static void check_event(const struct line *line, const struct wanted *wanted, char *measurement,
			char *event, char *text, int64_t time_ns)
{
	struct lp_line parsed;

	CHECK(lp_parse(line->text, line->used, &parsed) == line->text + line->used);
	check_head(&parsed, clean(measurement), wanted);
	CHECK(parsed.fields == 2);
	CHECK(strcmp(parsed.field[0].key, "event") == 0);
	CHECK(parsed.field[0].kind == LP_STRING);
	CHECK(strcmp(parsed.field[0].string, clean(event)) == 0);
	CHECK(strcmp(parsed.field[1].key, "text") == 0);
	CHECK(parsed.field[1].kind == LP_STRING);
	CHECK(strcmp(parsed.field[1].string, clean(text)) == 0);
	CHECK(parsed.time == time_ns);
	lp_free(&parsed);
}

/* The options accept no empty measurement, and none that would be a comment. */
static bool is_measurement(const char *text)
{
	while (is_control(*text) && *text)
		text++;
	return *text && *text != '#' && *text != '\\';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in;
	struct line head, line, event_line;
	struct wanted wanted;
	struct point point;
	struct record record = {0};
	char *measurement, *event, *text, *of_event;
	size_t room, longest;
	bool any = false;

	input_open(&in, data, size);
	room = (size_t)input_number(&in, LINE_BYTES);
	longest = (size_t)input_number(&in, 0) % LINE_BYTES;
	point.time_ns = input_number(&in, 0) & INT64_MAX;
	point.schema = input_text(&in)[0] == 'g' ? SCHEMA_GO_RUNTIME : SCHEMA_MEMAGENT;
	measurement = input_text(&in);
	event = input_text(&in);
	text = input_text(&in);
	if (!is_measurement(measurement))
		goto out;
	of_event = strdup(measurement);
	CHECK(of_event);
	line_start(&head, head_text, sizeof(head_text));
	line_start(&line, line_text, room < LINE_BYTES ? room : LINE_BYTES);
	line_start(&event_line, event_text, line.size);
	write_head(&head, &wanted, measurement, &in);
	for (unsigned i = 0; i < FIELDS; i++)
		any |= (point.value[i] = input_number(&in, -1)) >= 0;
	for (unsigned i = 0; i < COUNTERS_SIZES; i++)
		point.sizes[i] = (uint64_t)input_number(&in, 0) & INT64_MAX;
	if (line_point(&line, &head, &point, longest) == 0)
		check_point(&line, &head, &wanted, point, longest);
	else
		CHECK(!any || point.schema == SCHEMA_GO_RUNTIME || line.full);
	record.measurement = of_event;
	record.time_ns = point.time_ns;
	record_text(&record, "event", event);
	record_text(&record, "text", text);
	if (line_record(&event_line, &head, &record) == 0)
		check_event(&event_line, &wanted, of_event, event, text, point.time_ns);
	else
		CHECK(event_line.full);
	free(of_event);
out:
	input_close(&in);
	return 0;
}
