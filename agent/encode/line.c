#include "agent/encode/line.h"

#include <errno.h>
#include <string.h>

#include "agent/base/ascii.h"
#include "agent/encode/encoder.h"

#define DIGITS 20 /* of 2^64 */

void line_start(struct line *line, char *text, size_t size)
{
	line->text = text;
	line->size = size;
	line->used = 0;
	line->full = false;
}

static void add_bytes(struct line *line, const char *bytes, size_t n)
{
	if (line->full || n > line->size - line->used) {
		line->full = true;
		return;
	}
	memcpy(line->text + line->used, bytes, n);
	line->used += n;
}

static void add_text(struct line *line, const char *text)
{
	add_bytes(line, text, strlen(text));
}

/* Return the length of ${text} without control characters and backslashes at its end. */
static size_t trimmed_length(const char *text)
{
	size_t n = strlen(text);

	while (n && (text[n - 1] == '\\' || ascii_is_control(text[n - 1])))
		n--;
	return n;
}

static void add_escaped(struct line *line, const char *text, const char *special)
{
	size_t n = trimmed_length(text);

	for (size_t i = 0; i < n; i++) {
		if (ascii_is_control(text[i]))
			continue;
		if (strchr(special, text[i]))
			add_bytes(line, "\\", 1);
		add_bytes(line, text + i, 1);
	}
}

static void add_number(struct line *line, uint64_t n)
{
	char digits[DIGITS];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	add_bytes(line, digits + at, sizeof(digits) - at);
}

void line_measurement(struct line *line, const char *name)
{
	add_escaped(line, name, ", ");
}

void line_tag(struct line *line, const char *key, const char *value)
{
	if (trimmed_length(key) == 0 || trimmed_length(value) == 0)
		return;
	add_text(line, ",");
	add_escaped(line, key, ",= ");
	add_text(line, "=");
	add_escaped(line, value, ",= ");
}

/* The state while a point is written to one or several lines. */
struct writer {
	struct line *line;
	const struct line *head;
	size_t begin;	/* offset of the current line */
	size_t longest; /* bytes that a line may have */
	char time[DIGITS + 3];
	char separator; /* before the next field: a space for the first, then commas */
};

static void begin_line(struct writer *w)
{
	w->begin = w->line->used;
	w->separator = ' ';
	add_bytes(w->line, w->head->text, w->head->used);
}

static void end_line(struct writer *w)
{
	add_text(w->line, w->time);
}

/* Add ${n} billionths as a decimal fraction, which is never longer than the longest integer. */
static void add_fraction(struct line *line, uint64_t n)
{
	const uint64_t one = 1000000000;
	char digits[] = ".000000000";

	add_number(line, n / one);
	n %= one;
	for (size_t at = sizeof(digits) - 2; at > 0; at--, n /= 10)
		digits[at] = (char)('0' + n % 10);
	add_text(line, digits);
}

static void add_field(struct writer *w, const char *name, uint64_t value, bool is_fraction)
{
	size_t most = 1 + strlen(name) + 1 + DIGITS + 1 + strlen(w->time);

	if (w->separator == ',' && w->line->used - w->begin + most > w->longest) {
		end_line(w);
		begin_line(w);
	}
	add_bytes(w->line, &w->separator, 1);
	w->separator = ',';
	add_text(w->line, name);
	add_text(w->line, "=");
	if (is_fraction) {
		add_fraction(w->line, value);
	} else {
		add_number(w->line, value);
		add_text(w->line, "i");
	}
}

/* Write the end of a line: a space, the time and a newline. */
static void write_time(char out[DIGITS + 3], int64_t time_ns)
{
	struct line text;

	line_start(&text, out, DIGITS + 3);
	add_text(&text, " ");
	add_number(&text, (uint64_t)time_ns);
	add_text(&text, "\n");
	out[text.used] = '\0';
}

static void add_fields(struct writer *w, const struct point *point)
{
	for (unsigned i = 0; i < FIELDS; i++)
		if (point->value[i] >= 0)
			add_field(w, fields_name(i), (uint64_t)point->value[i],
				  fields_is_fraction(i));
	for (unsigned i = 0; i < COUNTERS_SIZES; i++)
		if (point->sizes[i] && fields_size_name(i))
			add_field(w, fields_size_name(i), point->sizes[i], false);
}

static void add_go_fields(struct writer *w, const struct point *point)
{
	const char *name;
	enum field field;

	for (unsigned i = 0; (name = fields_go(i, &field)) != NULL; i++)
		if (point->value[field] >= 0)
			add_field(w, name, (uint64_t)point->value[field],
				  fields_is_fraction(field));
}

int line_point(struct line *line, const struct line *head, const struct point *point,
	       size_t longest)
{
	struct writer w = {.line = line, .head = head, .longest = longest ? longest : SIZE_MAX};

	line->used = 0;
	line->full = head->full;
	write_time(w.time, point->time_ns);
	begin_line(&w);
	if (point->schema == SCHEMA_GO_RUNTIME)
		add_go_fields(&w, point);
	else
		add_fields(&w, point);
	if (w.separator == ' ') {
		errno = EINVAL;
		return -1;
	}
	end_line(&w);
	if (line->full) {
		errno = ENOSPC;
		return -1;
	}
	return 0;
}

static void add_string_field(struct line *line, char separator, const char *name, const char *text)
{
	add_bytes(line, &separator, 1);
	add_text(line, name);
	add_text(line, "=\"");
	add_escaped(line, text, "\"\\");
	add_text(line, "\"");
}

/* Return the tags of a head: they begin at its first unescaped comma. */
static const char *find_tags(const struct line *head)
{
	for (size_t i = 1; i < head->used; i++)
		if (head->text[i] == ',' && head->text[i - 1] != '\\')
			return head->text + i;
	return head->text + head->used;
}

static void add_integer_field(struct line *line, char separator, const char *name, int64_t value)
{
	add_bytes(line, &separator, 1);
	add_text(line, name);
	add_text(line, "=");
	if (value < 0)
		add_text(line, "-");
	add_number(line, value < 0 ? -(uint64_t)value : (uint64_t)value);
	add_text(line, "i");
}

int line_record(struct line *line, const struct line *head, const struct record *record)
{
	const char *from = find_tags(head);
	char time[DIGITS + 3];
	char separator = ' ';

	line->used = 0;
	line->full = head->full;
	write_time(time, record->time_ns);
	line_measurement(line, record->measurement);
	add_bytes(line, from, head->used - (size_t)(from - head->text));
	for (size_t i = 0; i < record->tags_used; i++)
		line_tag(line, record->tags[i].name, record->tags[i].text);
	for (size_t i = 0; i < record->numbers_used; i++, separator = ',')
		add_integer_field(line, separator, record->numbers[i].name,
				  record->numbers[i].value);
	for (size_t i = 0; i < record->texts_used; i++, separator = ',')
		add_string_field(line, separator, record->texts[i].name, record->texts[i].text);
	add_text(line, time);
	if (line->full) {
		errno = ENOSPC;
		return -1;
	}
	return 0;
}

const struct encoder encoder_line_protocol = {line_measurement, line_tag, line_point, line_record};
