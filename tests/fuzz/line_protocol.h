#ifndef MEMAGENT_LINE_PROTOCOL_H
#define MEMAGENT_LINE_PROTOCOL_H
/*
 * line_protocol: reads line protocol as InfluxDB does, independently of the encoder.
 *
 * A backslash escapes a special byte.  Any other backslash is literal.
 *
 * Layer    tests/fuzz.
 * Source   InfluxDB 1.x, models/points.go.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LP_MOST 160

enum lp_kind { LP_INTEGER, LP_FLOAT, LP_STRING };

struct lp_line {
	char *measurement;
	size_t tags;
	struct {
		char *key, *value;
	} tag[LP_MOST];
	size_t fields;
	struct {
		char *key;
		enum lp_kind kind;
		int64_t integer;
		uint64_t billionths;
		char *string;
	} field[LP_MOST];
	int64_t time;
};

static inline void lp_free(struct lp_line *line)
{
	free(line->measurement);
	for (size_t i = 0; i < line->tags; i++) {
		free(line->tag[i].key);
		free(line->tag[i].value);
	}
	for (size_t i = 0; i < line->fields; i++) {
		free(line->field[i].key);
		free(line->field[i].string);
	}
}

/* Take the text before the first unescaped byte of ${stops}; it must not be empty. */
static inline char *lp_word(const char **p, const char *end, const char *stops, const char *special)
{
	const char *begin = *p;
	char *word = malloc((size_t)(end - begin) + 1);
	size_t n = 0;

	if (word == NULL)
		abort();
	for (; *p < end; ++*p) {
		bool is_escaped = *p > begin && (*p)[-1] == '\\';

		if (strchr(stops, **p) && !is_escaped)
			break;
		if (strchr(special, **p) && is_escaped)
			n--; /* the backslash */
		word[n++] = **p;
	}
	word[n] = '\0';
	if (n && *p < end)
		return word;
	free(word);
	return NULL;
}

/* Take digits.  Return their number; 0 if there are none or too many. */
static inline size_t lp_digits(const char **p, const char *end, uint64_t *out)
{
	const char *begin = *p;

	for (*out = 0; *p < end && **p >= '0' && **p <= '9'; ++*p)
		if (__builtin_mul_overflow(*out, 10, out) ||
		    __builtin_add_overflow(*out, (unsigned)(**p - '0'), out))
			return 0;
	return (size_t)(*p - begin);
}

static inline int lp_string(const char **p, const char *end, char **out)
{
	char *text = malloc((size_t)(end - *p) + 1);
	size_t n = 0;

	if (text == NULL)
		abort();
	*out = text;
	for (++*p; *p < end && **p != '"'; ++*p) {
		if (**p == '\\' && *p + 1 < end && ((*p)[1] == '"' || (*p)[1] == '\\'))
			++*p;
		text[n++] = **p;
	}
	text[n] = '\0';
	if (*p == end)
		return -1;
	++*p;
	return 0;
}

static inline int lp_field(const char **p, const char *end, struct lp_line *line)
{
	size_t i = line->fields;
	uint64_t whole, fraction = 0;

	if (i == LP_MOST)
		return -1;
	line->field[i].string = NULL;
	line->field[i].key = lp_word(p, end, ",= ", ",= ");
	if (line->field[i].key == NULL)
		return -1;
	line->fields++;
	if (**p != '=' || ++*p == end)
		return -1;
	if (**p == '"') {
		line->field[i].kind = LP_STRING;
		return lp_string(p, end, &line->field[i].string);
	}
	if (lp_digits(p, end, &whole) == 0 || *p == end)
		return -1;
	if (**p == '.') {
		++*p;
		line->field[i].kind = LP_FLOAT;
		line->field[i].billionths = whole * 1000000000;
		if (lp_digits(p, end, &fraction) != 9)
			return -1;
		line->field[i].billionths += fraction;
		return 0;
	}
	line->field[i].kind = LP_INTEGER;
	line->field[i].integer = (int64_t)whole;
	return whole <= INT64_MAX && *(*p)++ == 'i' ? 0 : -1;
}

static inline int lp_tag(const char **p, const char *end, struct lp_line *line)
{
	size_t i = line->tags;

	if (i == LP_MOST)
		return -1;
	line->tag[i].value = NULL;
	line->tag[i].key = lp_word(p, end, ",= ", ",= ");
	if (line->tag[i].key == NULL)
		return -1;
	line->tags++;
	if (**p != '=')
		return -1;
	++*p;
	line->tag[i].value = lp_word(p, end, ",= ", ",= ");
	return line->tag[i].value && **p != '=' ? 0 : -1;
}

/*
 * lp_parse(text, len, line):
 * Parse the first line, which must have a time and its newline, and no control byte before that.
 * Return the text after it, or NULL.  The caller frees ${line} with lp_free.
 */
static inline const char *lp_parse(const char *text, size_t len, struct lp_line *line)
{
	const char *end = memchr(text, '\n', len);
	const char *p = text;
	uint64_t time;

	memset(line, 0, sizeof(*line));
	if (end == NULL || *p == '#')
		return NULL;
	for (const char *c = text; c < end; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return NULL;
	line->measurement = lp_word(&p, end, ", ", ", ");
	if (line->measurement == NULL)
		goto bad;
	while (p < end && *p == ',') {
		p++;
		if (lp_tag(&p, end, line))
			goto bad;
	}
	do {
		p++;
		if (lp_field(&p, end, line))
			goto bad;
	} while (p < end && *p == ',');
	if (p == end || *p++ != ' ' || lp_digits(&p, end, &time) == 0 || p != end ||
	    time > INT64_MAX)
		goto bad;
	line->time = (int64_t)time;
	return end + 1;

bad:
	lp_free(line);
	return NULL;
}

#endif
