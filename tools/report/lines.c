#include "tools/report/lines.h"

#include <errno.h>
#include <math.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "tools/report/alloc.h"
#include "tools/report/series.h"
#include "tools/report/messages.h"

/* A part of a line, without a NUL. */
struct text {
	const char *at;
	size_t length;
};

/* The measurement and tags, with which every line of a process or site begins. */
struct head {
	struct text text;
	char *copy; /* of the text */
	enum series_kind kind;
	struct series_process *process; /* of a point or an event; NULL: not a chosen one */
	struct site *site;		/* NULL: not a site, or not of a chosen process */
	char *function;			/* the site's tag */
	int64_t sizes_ms;		/* time of the last point with sizes */
	char *sizes;			/* its fields from the first size on; parsed at the end */
	size_t sizes_length;
	size_t sizes_room;
};

struct reader {
	const struct series_choice *choice;
	struct series *series;
	void *heads; /* a tree for tsearch(3) */
};

struct line_point {
	struct series_sample sample;
	struct text sizes;
};

struct line_site {
	struct site_sample sample;
	struct text stack;
	struct text frames;
};

/* ---- the head ---- */

static int by_text(const void *a, const void *b)
{
	const struct text *x = &((const struct head *)a)->text;
	const struct text *y = &((const struct head *)b)->text;

	if (x->length != y->length)
		return x->length < y->length ? -1 : 1;
	return memcmp(x->at, y->at, x->length);
}

/* Remove the part up to an unescaped character in ${ends} from ${head}.  Return it unescaped. */
static char *take_part(struct text *head, const char *ends)
{
	char *part = alloc_check(malloc(head->length + 1));
	size_t n = 0, i = 0;

	for (; i < head->length && !strchr(ends, head->at[i]); i++) {
		if (head->at[i] == '\\' && i + 1 < head->length && strchr(" ,=", head->at[i + 1]))
			i++;
		part[n++] = head->at[i];
	}
	part[n] = '\0';
	head->at += i;
	head->length -= i;
	return part;
}

/* Return the tags, from malloc, that ${rest} consists of. */
static struct series_tag *take_tags(struct text *rest, size_t *n)
{
	struct series_tag *tags = NULL;
	size_t room = 0;

	*n = 0;
	while (rest->length > 0) {
		rest->at++;
		rest->length--;
		tags = alloc_grow(tags, &room, *n + 1, sizeof(*tags));
		tags[*n].key = take_part(rest, "=");
		if (rest->length > 0) {
			rest->at++;
			rest->length--;
		}
		tags[(*n)++].value = take_part(rest, ",");
	}
	return tags;
}

static void parse_head(struct reader *reader, struct head *head)
{
	struct text rest = head->text;
	char *measurement = take_part(&rest, ",");
	struct series_tag *tags = NULL;
	size_t n = 0;

	head->kind = series_kind_of(reader->choice, measurement);
	if (head->kind != SERIES_OTHER)
		tags = take_tags(&rest, &n);
	if (head->kind == SERIES_SITE)
		head->site = series_site(reader->series, reader->choice, tags, n, &head->function);
	else if (head->kind != SERIES_OTHER)
		head->process = series_process(reader->series, reader->choice, tags, n);
	free(measurement);
}

static struct head *head_of(struct reader *reader, struct text text)
{
	const struct head wanted = {.text = text};
	struct head **found = tfind(&wanted, &reader->heads, by_text);
	struct head *head;

	if (found)
		return *found;
	head = calloc(1, sizeof(*head));
	if (head == NULL)
		messages_fail("out of memory");
	head->copy = alloc_check(malloc(text.length)); /* a torn file may have NULs */
	memcpy(head->copy, text.at, text.length);
	head->text.at = head->copy;
	head->text.length = text.length;
	parse_head(reader, head);
	head->sizes_ms = INT64_MIN;
	if (tsearch(head, &reader->heads, by_text) == NULL)
		messages_fail("out of memory");
	return head;
}

/* ---- the fields ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Parse short integers here, because most values are, and strtod would take most of the time. */
double lines_number(const char *text, size_t length)
{
	const char *p = text, *end = text + length;
	uint64_t n = 0;

	p += p < end && *p == '-';
	if (p == end || !is_digit(*p))
		return NAN;
	for (; p < end && is_digit(*p); p++) {
		if (n > UINT64_MAX / 10 - 1)
			return strtod(text, NULL);
		n = n * 10 + (uint64_t)(*p - '0');
	}
	if (p < end && (*p == '.' || *p == 'e' || *p == 'E'))
		return strtod(text, NULL);
	return text[0] == '-' ? -(double)n : (double)n;
}

/* Return the end of a field's value: the comma or space after it, or the end of the line. */
static const char *end_of_value(const char *p, const char *end)
{
	if (p < end && *p == '"') {
		for (p++; p < end && *p != '"'; p++)
			p += *p == '\\';
		return p < end ? p + 1 : end;
	}
	while (p < end && *p != ',' && *p != ' ')
		p++;
	return p;
}

static bool is_size(struct text key)
{
	return key.length >= strlen("sizes_0") && memcmp(key.at, "sizes_", strlen("sizes_")) == 0;
}

/* Parse the next "KEY=VALUE" and advance ${*p}.  Return whether there was one. */
static bool next_field(const char **p, const char *end, struct text *key, struct text *value)
{
	const char *equals = memchr(*p, '=', (size_t)(end - *p));

	if (equals == NULL)
		return false;
	*key = (struct text){*p, (size_t)(equals - *p)};
	value->at = equals + 1;
	*p = end_of_value(value->at, end);
	value->length = (size_t)(*p - value->at);
	return true;
}

/*
 * Parse the fields up to the space after them.  Return that space, or NULL.  For speed (a day has
 * 86,400 points with some sixty fields), parse only the fields that are used, and no sizes: only
 * those of the last point are needed.
 */
static const char *read_fields(const char *p, const char *end, struct line_point *point)
{
	struct text key, value;

	point->sizes = (struct text){NULL, 0};
	while (next_field(&p, end, &key, &value)) {
		enum series_field field;

		if (is_size(key)) {
			if (point->sizes.at == NULL)
				point->sizes.at = key.at;
		} else {
			field = series_field_of(key.at, key.length);
			if (field < SERIES_VALUES)
				point->sample.value[field] = lines_number(value.at, value.length);
		}
		if (p == end || *p != ',')
			break;
		p++;
	}
	if (p == end || *p != ' ')
		return NULL;
	if (point->sizes.at)
		point->sizes.length = (size_t)(p - point->sizes.at);
	return p;
}

static bool is_named(struct text key, const char *name)
{
	return key.length == strlen(name) && memcmp(key.at, name, key.length) == 0;
}

/* The same for the fields of a site. */
static const char *read_site_fields(const char *p, const char *end, struct line_site *point)
{
	struct text key, value;

	while (next_field(&p, end, &key, &value)) {
		enum site_field field = sites_field_of(key.at, key.length);

		if (field < SITE_VALUES)
			point->sample.value[field] = lines_number(value.at, value.length);
		else if (is_named(key, "verdict") && value.length > 2)
			point->sample.verdict = sites_verdict_of(value.at + 1, value.length - 2);
		else if (is_named(key, "stack"))
			point->stack = value;
		else if (is_named(key, "frames"))
			point->frames = value;
		if (p == end || *p != ',')
			break;
		p++;
	}
	return p < end && *p == ' ' ? p : NULL;
}

bool lines_time(const char *text, size_t length, int64_t *time_ms)
{
	const int64_t divisor = length > 17 ? 1000000 : length > 14 ? 1000 : 1;
	int64_t n = 0;

	if (length == 0 || length > 19)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!is_digit(text[i]) || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, text[i] - '0', &n))
			return false;
	}
	*time_ms =
	    length > 11 ? n / divisor + (n % divisor * 2 >= divisor && divisor > 1) : n * 1000;
	return true;
}

/* ---- the line ---- */

/* Return the space that ends the head, or NULL. */
static const char *end_of_head(const char *line, const char *end)
{
	const char *p = line;

	while ((p = memchr(p, ' ', (size_t)(end - p))) != NULL && p > line && p[-1] == '\\')
		p++;
	return p > line ? p : NULL;
}

static void keep_sizes(struct head *head, const struct text *sizes, int64_t time_ms)
{
	if (sizes->at == NULL || time_ms <= head->sizes_ms)
		return;
	head->sizes = alloc_grow(head->sizes, &head->sizes_room, sizes->length + 1, 1);
	memcpy(head->sizes, sizes->at, sizes->length);
	head->sizes[sizes->length] = '\0';
	head->sizes_length = sizes->length;
	head->sizes_ms = time_ms;
}

/* Parse the time that ends a line.  Return whether the point is not too late. */
static bool read_time(const struct reader *reader, const char *p, const char *end, int64_t *time_ms)
{
	return p && lines_time(p + 1, (size_t)(end - p - 1), time_ms) &&
	       *time_ms <= reader->choice->until_ms;
}

/* Return ${value}, a string in quotes, without the quotes and backslashes, from malloc, or NULL. */
static char *take_string(struct text value)
{
	char *plain;
	size_t n = 0;

	if (value.length < 2 || value.at[0] != '"')
		return NULL;
	plain = alloc_check(malloc(value.length));
	for (size_t i = 1; i < value.length - 1; i++) {
		i += value.at[i] == '\\' && i + 2 < value.length;
		plain[n++] = value.at[i];
	}
	plain[n] = '\0';
	return plain;
}

static void keep_string(struct site_text *text, struct text value, int64_t time_ms)
{
	char *plain = take_string(value);

	if (plain)
		sites_keep_text(text, plain, strlen(plain), time_ms);
	free(plain);
}

static void read_event(const struct reader *reader, const struct head *head, const char *p,
		       const char *end)
{
	struct text key, value, event = {NULL, 0};
	int64_t time_ms;
	char *plain;

	while (next_field(&p, end, &key, &value)) {
		if (is_named(key, "event"))
			event = value;
		if (p == end || *p != ',')
			break;
		p++;
	}
	if (p == end || *p != ' ' || !read_time(reader, p, end, &time_ms))
		return;
	plain = take_string(event);
	if (plain)
		series_add_event(head->process, plain, time_ms);
	free(plain);
}

static void read_site(const struct reader *reader, const struct head *head, const char *p,
		      const char *end)
{
	struct line_site point = {.sample = sites_unknown(0)};
	const int64_t *time_ms = &point.sample.time_ms;
	struct site *site = head->site;

	p = read_site_fields(p, end, &point);
	if (!read_time(reader, p, end, &point.sample.time_ms))
		return;
	if (*time_ms >= reader->choice->from_ms)
		sites_add(site, &point.sample);
	sites_keep_text(&site->function, head->function, strlen(head->function), *time_ms);
	keep_string(&site->stack, point.stack, *time_ms);
	keep_string(&site->frames, point.frames, *time_ms);
}

static void read_process(const struct reader *reader, struct head *head, const char *p,
			 const char *end)
{
	struct line_point point = {.sample = series_unknown(0)};

	p = read_fields(p, end, &point);
	if (!read_time(reader, p, end, &point.sample.time_ms) ||
	    point.sample.time_ms < reader->choice->from_ms)
		return;
	series_add(head->process, &point.sample);
	keep_sizes(head, &point.sizes, point.sample.time_ms);
}

static void read_line(struct reader *reader, const char *line, const char *end)
{
	const char *p = end_of_head(line, end);
	struct head *head;

	if (p == NULL)
		return;
	head = head_of(reader, (struct text){line, (size_t)(p - line)});
	if (head->site)
		read_site(reader, head, p + 1, end);
	else if (head->process && head->kind == SERIES_EVENT)
		read_event(reader, head, p + 1, end);
	else if (head->process)
		read_process(reader, head, p + 1, end);
}

/* ---- the sizes of the last points ---- */

static void read_sizes(const struct head *head)
{
	const char *p = head->sizes, *end;
	struct text key, value;

	if (p == NULL || head->sizes_ms <= head->process->sizes_ms)
		return;
	end = p + head->sizes_length;
	head->process->sizes_ms = head->sizes_ms;
	memset(head->process->sizes, 0, sizeof(head->process->sizes));
	while (next_field(&p, end, &key, &value)) {
		int bucket = series_size_of(key.at, key.length);

		if (bucket >= 0)
			head->process->sizes[bucket] = lines_number(value.at, value.length);
		if (p == end)
			break;
		p++;
	}
}

static void finish_head(void *head)
{
	struct head *h = head;

	read_sizes(h);
	free(h->sizes);
	free(h->function);
	free(h->copy);
	free(h);
}

int lines_read(FILE *file, const struct series_choice *choice, struct series *series)
{
	struct reader reader = {.choice = choice, .series = series};
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int failed;

	while ((n = getline(&line, &size, file)) > 0)
		read_line(&reader, line, line + n - (line[n - 1] == '\n'));
	failed = ferror(file) ? errno : 0;
	free(line);
	tdestroy(reader.heads, finish_head);
	errno = failed;
	return failed ? -1 : 0;
}
