#include "agent/line.h"

#include <errno.h>
#include <string.h>

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

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

/* Return the length of ${text} without control bytes and backslashes at its end. */
static size_t trimmed(const char *text)
{
	size_t n = strlen(text);

	while (n && (text[n - 1] == '\\' || is_control(text[n - 1])))
		n--;
	return n;
}

static void add_escaped(struct line *line, const char *text, const char *special)
{
	size_t n = trimmed(text);

	for (size_t i = 0; i < n; i++) {
		if (is_control(text[i]))
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
	if (trimmed(key) == 0 || trimmed(value) == 0)
		return;
	add_text(line, ",");
	add_escaped(line, key, ",= ");
	add_text(line, "=");
	add_escaped(line, value, ",= ");
}

static void add_field(struct line *line, char *separator, const char *name, uint64_t value)
{
	add_bytes(line, separator, 1);
	*separator = ',';
	add_text(line, name);
	add_text(line, "=");
	add_number(line, value);
	add_text(line, "i");
}

int line_point(struct line *line, const struct line *head, const struct point *point)
{
	char separator = ' ';

	line->used = 0;
	line->full = head->full;
	add_bytes(line, head->text, head->used);
	for (unsigned i = 0; i < FIELDS; i++)
		if (point->value[i] >= 0)
			add_field(line, &separator, fields_name(i), (uint64_t)point->value[i]);
	for (unsigned i = 0; i < COUNTERS_SIZES; i++)
		if (point->sizes[i] && fields_size_name(i))
			add_field(line, &separator, fields_size_name(i), point->sizes[i]);
	if (separator == ' ') {
		errno = EINVAL;
		return -1;
	}
	add_text(line, " ");
	add_number(line, (uint64_t)point->time_ns);
	add_text(line, "\n");
	if (line->full) {
		errno = ENOSPC;
		return -1;
	}
	return 0;
}
