#include "agent/settings/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/base/ascii.h"
#include "agent/base/clock.h"
#include "agent/settings/duration.h"
#include "agent/settings/tags.h"
#include "agent/settings/url.h"

#define NAME_BYTES 255
#define TAGS_BYTES 2048
#define PATH_BYTES 1024
#define DIRECTORY_BYTES 2048
#define URL_BYTES 1024
#define SMALLEST_SIZE (INT64_C(64) << 10)
#define LARGEST_SIZE (INT64_C(1) << 30)
#define SHORTEST_TIME (10 * CLOCK_MS)
#define LONGEST_TIME (CLOCK_S * 3600 * 24)
#define LARGEST_COUNT 1000
#define SMALLEST_SHARE 100   /* 0.01% */
#define LARGEST_SHARE 100000 /* 10% */

/* Copy ${text} into ${o}.  Return the copy, or NULL if there is no more room. */
static const char *store(struct options *o, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = o->text + o->text_used;

	if (size > sizeof(o->text) - o->text_used)
		return NULL;
	memcpy(copy, text, size);
	o->text_used += size;
	return copy;
}

/* Return whether ${text} has at most ${longest} bytes and no control characters. */
static bool is_clean(const char *text, size_t longest)
{
	size_t n = 0;

	for (; text[n]; n++)
		if (ascii_is_control(text[n]))
			return false;
	return n <= longest;
}

static bool is_reserved(const char *key)
{
	/* In a query, a tag and a field with the same name are ambiguous. */
	static const char *const reserved[] = {
		"host",
		"service",
		"pid",
		"pid_ns",
		"time",
		"allocator",
		"allocator_version",
		"site",
		"function",
#define FIELD(id, unit, kind, source, doc) #id,
#include "agent/encode/fields.def"
#undef FIELD
#define SIZE(index, id, doc) #id,
#include "agent/encode/sizes.def"
#undef SIZE
	};

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcmp(key, reserved[i]) == 0)
			return true;
	return false;
}

static bool has_key(const char *text, const char *end, const char *key)
{
	struct tag tag;

	while (text < end && tags_next(&text, &tag) == 1)
		if (strcmp(tag.key, key) == 0)
			return true;
	return false;
}

/* Point ${out} at a copy of ${value}.  Return whether there was room for it. */
static bool set(struct options *o, const char *value, const char **out)
{
	const char *copy = store(o, value);

	if (copy)
		*out = copy;
	return copy != NULL;
}

/* Each parse_KIND sets ${out} if ${value} is valid, and returns whether it is. */
static bool parse_TEXT(struct options *o, const char *value, const char **out)
{
	return is_clean(value, NAME_BYTES) && set(o, value, out);
}

/* In line protocol, a backslash at the end would escape the next character. */
static bool parse_NAME(struct options *o, const char *value, const char **out)
{
	size_t n = strlen(value);

	return (n == 0 || value[n - 1] != '\\') && parse_TEXT(o, value, out);
}

/* In line protocol, a line that starts with # is a comment. */
static bool parse_MEASUREMENT(struct options *o, const char *value, const char **out)
{
	return value[0] != '#' && parse_NAME(o, value, out);
}

static bool parse_NAMES(struct options *o, const char *value, const char **out)
{
	return is_clean(value, PATH_BYTES) && set(o, value, out);
}

/* Make a relative path absolute, unless the working directory is unknown. */
static bool parse_FILE(struct options *o, const char *value, const char **out)
{
	char path[DIRECTORY_BYTES + 1 + PATH_BYTES + 1];
	size_t n;

	if (!is_clean(value, PATH_BYTES))
		return false;
	if (value[0] == '\0' || value[0] == '/' || !getcwd(path, DIRECTORY_BYTES) ||
	    !is_clean(path, DIRECTORY_BYTES))
		return set(o, value, out);
	n = strlen(path);
	snprintf(path + n, sizeof(path) - n, "/%s", value);
	return set(o, path, out);
}

static bool parse_URL(struct options *o, const char *value, const char **out)
{
	return url_scheme(value) != URL_BAD && strlen(value) < URL_BYTES && set(o, value, out);
}

static bool parse_TAGS(struct options *o, const char *value, const char **out)
{
	const char *rest = value;
	struct tag tag;
	int found;

	if (strlen(value) >= TAGS_BYTES)
		return false;
	for (;;) {
		const char *at = rest;

		found = tags_next(&rest, &tag);
		if (found != 1)
			break;
		if (tag.key[strlen(tag.key) - 1] == '\\' || is_reserved(tag.key) ||
		    has_key(value, at, tag.key))
			return false;
	}
	return found == 0 && set(o, value, out);
}

static bool parse_SINK(struct options *o, const char *value, const char **out)
{
	if (strcmp(value, "off") != 0 && strcmp(value, "stderr") != 0 && value[0] != '/')
		return false;
	return parse_NAMES(o, value, out);
}

static bool parse_DURATION(struct options *o, const char *value, int64_t *out)
{
	int64_t ns;

	(void)o;
	if (duration_parse(value, &ns) || ns < SHORTEST_TIME || ns > LONGEST_TIME)
		return false;
	*out = ns;
	return true;
}

static bool parse_SIZE(struct options *o, const char *value, int64_t *out)
{
	size_t digits = strspn(value, "0123456789");
	int64_t n = digits && digits < 8 ? atoi(value) : 0;

	(void)o;
	if (strcmp(value + digits, "KiB") == 0)
		n <<= 10;
	else if (strcmp(value + digits, "MiB") == 0)
		n <<= 20;
	else
		return false;
	if (n < SMALLEST_SIZE || n > LARGEST_SIZE)
		return false;
	*out = n;
	return true;
}

static bool parse_API(struct options *o, const char *value, const char **out)
{
	if (value[0] && strcmp(value, "v1") != 0 && strcmp(value, "v2") != 0 &&
	    strcmp(value, "v3") != 0)
		return false;
	return set(o, value, out);
}

static bool parse_SCHEMA(struct options *o, const char *value, enum schema *out)
{
	(void)o;
	if (strcmp(value, "memagent") != 0 && strcmp(value, "go-runtime") != 0)
		return false;
	*out = value[0] == 'g' ? SCHEMA_GO_RUNTIME : SCHEMA_MEMAGENT;
	return true;
}

static bool parse_SWITCH(struct options *o, const char *value, bool *out)
{
	(void)o;
	if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
		return false;
	*out = value[0] == '1';
	return true;
}

static bool parse_COUNT(struct options *o, const char *value, int64_t *out)
{
	size_t digits = strspn(value, "0123456789");
	int64_t n = digits < 5 && strlen(value) == digits ? atoi(value) : 0;

	(void)o;
	if (n < 1 || n > LARGEST_COUNT)
		return false;
	*out = n;
	return true;
}

/* A percentage with up to four decimal places, into parts per million. */
static bool parse_SHARE(struct options *o, const char *value, int64_t *out)
{
	size_t whole = strspn(value, "0123456789");
	const char *p = value + whole;
	int64_t n = whole && whole < 4 ? atoi(value) : 0;
	int places = 0;

	(void)o;
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9' && places < 4; p++, places++)
			n = n * 10 + (*p - '0');
	for (; places < 4; places++)
		n *= 10;
	if (whole == 0 || strcmp(p, "%") != 0 || n < SMALLEST_SHARE || n > LARGEST_SHARE)
		return false;
	*out = n;
	return true;
}

/* Copy ${value} as it may be logged: no secrets, and no control characters, to stay one line. */
static void make_loggable(const char *variable, const char *value, char *out, size_t size)
{
	if (strcmp(variable, "PASSWORD") == 0 || strcmp(variable, "TOKEN") == 0)
		value = "(not shown)";
	if (strcmp(variable, "URL") == 0 || strcmp(variable, "PROXY") == 0)
		url_mask(value, out, size);
	else
		snprintf(out, size, "%s", value);
	for (; *out; out++)
		if (ascii_is_control(*out))
			*out = '?';
}

static __attribute__((format(printf, 2, 3))) void add_problem(struct options *o, const char *format,
							      ...)
{
	size_t used = strlen(o->problems);
	va_list args;

	va_start(args, format);
	vsnprintf(o->problem_lines + used, sizeof(o->problem_lines) - used, format, args);
	va_end(args);
	o->problems = o->problem_lines;
}

static void report_invalid(struct options *o, const char *variable, const char *value,
			   const char *default_, const char *accepted)
{
	char shown[128];

	o->invalid++;
	make_loggable(variable, value, shown, sizeof(shown));
	add_problem(o, "MEMAGENT_%s=%s is not valid: expected %s; ", variable, shown, accepted);
	/* The default server must not receive points that were meant for another. */
	if (strcmp(variable, "URL") == 0) {
		o->url = "";
		add_problem(o, "nothing is sent\n");
	} else {
		add_problem(o, "using %s\n", default_[0] ? default_ : "none");
	}
}

static bool is_set(const char *value)
{
	return value && value[0];
}

/*
 * Return the value of the variable ${ours}.  If neither it nor ${ours}_FILE is set, return the
 * value of ${standard}, a variable of InfluxDB's own clients, or NULL.
 */
static const char *get_value(struct options *o, const char *(*get)(const char *name),
			     const char *ours, const char *standard)
{
	const char *value = get(ours);
	char file[64];

	if (is_set(value) || standard == NULL)
		return value;
	snprintf(file, sizeof(file), "%s_FILE", ours);
	if (is_set(get(file)))
		return value;
	value = get(standard);
	if (is_set(value))
		add_problem(o, "%s is not set; using %s\n", ours, standard);
	return value;
}

/* For each setting, the variable of InfluxDB's own clients, or NULL. */
static const struct {
#define OPTION(id, variable, flag, meta, default_, kind, accepted, doc) const char *id;
#include "agent/settings/options.def"
#undef OPTION
} standard = {
#define OPTION(id, variable, flag, meta, default_, kind, accepted, doc)
#define STANDARD(id_, variable) .id_ = (variable),
#include "agent/settings/options.def"
#undef OPTION
};

void options_read(struct options *options, const char *(*get)(const char *name))
{
	struct options *o = options;
	const char *value;

	memset(o, 0, offsetof(struct options, text));
	o->problems = "";
#define OPTION(id, variable, flag, meta, default_, kind, accepted, doc)                            \
	parse_##kind(o, default_, &o->id);                                                         \
	value = get_value(o, get, "MEMAGENT_" variable, standard.id);                              \
	if (is_set(value) && !parse_##kind(o, value, &o->id))                                      \
		report_invalid(o, variable, value, default_, accepted);
#include "agent/settings/options.def"
#undef OPTION
}
