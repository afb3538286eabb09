/*
 * The settings, with durations and tags: whatever the environment holds, the values are within
 * their bounds, and the messages are whole lines without a secret.
 *
 * input: variable | value | …
 */
#include "agent/settings/options.h"

#include <unistd.h>

#include "agent/base/clock.h"
#include "agent/settings/duration.h"
#include "agent/settings/tags.h"
#include "agent/settings/url.h"
#include "tests/fuzz/fuzz.h"

#define VARIABLES 64

static struct {
	const char *name;
	char *value;
} environment[VARIABLES];
static size_t variables;

static const char *get(const char *name)
{
	for (size_t i = 0; i < variables; i++)
		if (strcmp(environment[i].name, name) == 0)
			return environment[i].value;
	return NULL;
}

/* An implementation independent of duration.c. */
static void check_duration(const char *text)
{
	static const struct {
		const char *unit;
		int64_t ns;
	} units[] = {{"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000}};
	size_t digits = strspn(text, "0123456789");
	__int128 wanted = -1;
	int64_t ns = -7;

	for (size_t i = 0; digits && i < COUNT(units); i++)
		if (strcmp(text + digits, units[i].unit) == 0) {
			wanted = 0;
			for (size_t d = 0; d < digits && wanted <= INT64_MAX; d++)
				wanted = wanted * 10 + (text[d] - '0');
			wanted *= units[i].ns;
		}
	if (wanted >= 0 && wanted <= INT64_MAX) {
		CHECK(duration_parse(text, &ns) == 0);
		CHECK(ns == (int64_t)wanted);
	} else {
		CHECK(duration_parse(text, &ns) == -1);
		CHECK(ns == -7);
	}
}

/* Write ${text} as a part of a tag.  Return its length. */
static size_t escape(char *out, const char *text)
{
	size_t n = 0;

	for (; *text; text++) {
		if (strchr(",=\\", *text))
			out[n++] = '\\';
		out[n++] = *text;
	}
	return n;
}

/* Each tag, written as a user would, reads back the same. */
static void check_tags(const char *text)
{
	struct tag tag, again;
	int found;

	while ((found = tags_next(&text, &tag)) == 1) {
		char written[4 * TAGS_PART_BYTES + 2];
		const char *rest = written;
		size_t n = escape(written, tag.key);

		CHECK(tag.key[0] && strlen(tag.key) < TAGS_PART_BYTES);
		CHECK(tag.value[0] && strlen(tag.value) < TAGS_PART_BYTES);
		CHECK(!has_control(tag.key, strlen(tag.key)));
		CHECK(!has_control(tag.value, strlen(tag.value)));
		written[n++] = '=';
		n += escape(written + n, tag.value);
		written[n] = '\0';
		CHECK(tags_next(&rest, &again) == 1);
		CHECK(strcmp(tag.key, again.key) == 0 && strcmp(tag.value, again.value) == 0);
		CHECK(*rest == '\0');
	}
	CHECK(found == 0 || found == -1);
}

static bool is_clean(const char *text, size_t longest)
{
	return strlen(text) <= longest && !has_control(text, strlen(text));
}

/* Each returns whether this is a valid value of its kind. */
#define OK_TEXT(v) is_clean(v, 255)
#define OK_NAME(v) (OK_TEXT(v) && ((v)[0] == '\0' || (v)[strlen(v) - 1] != '\\'))
#define OK_MEASUREMENT(v) (OK_NAME(v) && (v)[0] != '\0' && (v)[0] != '#')
#define OK_NAMES(v) is_clean(v, 1024)
#define OK_FILE(v) is_clean(v, 4096 + 1 + 1024)
#define OK_URL(v) (*(v) == '\0' || (url_scheme(v) != URL_BAD && strlen(v) < 1024))
#define OK_TAGS(v) is_clean(v, 2047)
#define OK_SINK(v) (strcmp(v, "off") == 0 || strcmp(v, "stderr") == 0 || (v)[0] == '/')
#define OK_API(v) ((v)[0] == '\0' || ((v)[0] == 'v' && (v)[1] >= '1' && (v)[1] <= '3' && !(v)[2]))
#define OK_SCHEMA(v) ((v) == SCHEMA_MEMAGENT || (v) == SCHEMA_GO_RUNTIME)
#define OK_DURATION(v) ((v) == 0 || ((v) >= 10 * CLOCK_MS && (v) <= 24 * 3600 * CLOCK_S))
#define OK_SIZE(v) ((v) >= INT64_C(64) << 10 && (v) <= INT64_C(1) << 30)
#define OK_SWITCH(v) ((v) == false || (v) == true)
#define OK_COUNT(value) ((value) >= 1 && (value) <= 1000)
#define OK_SHARE(value) ((value) >= 100 && (value) <= 100000)

/* An accepted text is the given one or the default. */
static void check_text(const char *got, const char *variable, const char *standard,
		       const char *default_)
{
	const char *given = get(variable);

	if ((given == NULL || *given == '\0') && standard)
		given = get(standard);
	CHECK((given && strcmp(got, given) == 0) || strcmp(got, default_) == 0);
}

/* A relative path is appended to the working directory. */
static void check_file(const char *got, const char *variable, const char *standard,
		       const char *default_)
{
	static char directory[4096];
	const char *given = get(variable);
	size_t n;

	CHECK(getcwd(directory, sizeof(directory)) != NULL);
	n = strlen(directory);
	if (given && *given && *given != '/' && strncmp(got, directory, n) == 0 && got[n] == '/')
		CHECK(strcmp(got + n + 1, given) == 0);
	else
		check_text(got, variable, standard, default_);
}

/* An invalid URL leaves none. */
static void check_url(const char *got, const char *variable, const char *standard,
		      const char *default_)
{
	const char *given = get(variable);

	if ((given == NULL || *given == '\0') && standard)
		given = get(standard);
	CHECK(strcmp(got, given && *given ? given : default_) == 0 || *got == '\0');
}

#define TEXT_TEXT check_text
#define TEXT_NAME check_text
#define TEXT_MEASUREMENT check_text
#define TEXT_NAMES check_text
#define TEXT_FILE check_file
#define TEXT_URL check_url
#define TEXT_TAGS check_text
#define TEXT_SINK check_text
#define TEXT_API check_text
#define TEXT_SCHEMA(...)
#define TEXT_DURATION(...)
#define TEXT_SIZE(...)
#define TEXT_SWITCH(...)
#define TEXT_COUNT(...)
#define TEXT_SHARE(...)

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

/* Messages do not depend on the secrets: with each byte replaced by x they are the same. */
static void check_secrets(const char *problems)
{
	static const char *const secrets[] = {"MEMAGENT_PASSWORD", "MEMAGENT_TOKEN",
					      "INFLUX_TOKEN"};
	static struct options o;

	for (size_t i = 0; i < COUNT(secrets); i++)
		for (size_t k = 0; k < variables; k++)
			if (strcmp(environment[k].name, secrets[i]) == 0)
				for (char *p = environment[k].value; *p; p++)
					if (!is_control(*p))
						*p = 'x';
	options_read(&o, get);
	CHECK(strcmp(o.problems, problems) == 0);
}

static void check_problems(const struct options *o)
{
	size_t n = strlen(o->problems);

	CHECK(n < sizeof(o->problem_lines));
	CHECK(n == 0 || n == sizeof(o->problem_lines) - 1 || o->problems[n - 1] == '\n');
	for (const char *p = o->problems; *p;) {
		size_t line = strcspn(p, "\n");

		CHECK(strncmp(p, "MEMAGENT_", line < 9 ? line : 9) == 0);
		CHECK(!has_control(p, line));
		p += line + (p[line] == '\n');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct options o;
	struct input in;

	input_open(&in, data, size);
	for (variables = 0; in.next && variables < VARIABLES; variables++) {
		environment[variables].name = input_text(&in);
		environment[variables].value = input_text(&in);
		check_duration(environment[variables].value);
		check_tags(environment[variables].value);
	}
	options_read(&o, get);
#define OPTION(id, variable, flag, meta, default_, kind, accepted, doc)                            \
	CHECK(OK_##kind(o.id));                                                                    \
	TEXT_##kind(o.id, "MEMAGENT_" variable, standard.id, default_);
#include "agent/settings/options.def"
#undef OPTION
	check_problems(&o);
	check_secrets(o.problems);
	input_close(&in);
	return 0;
}
