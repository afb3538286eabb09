#include "tools/run/flags.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/settings/options.h"

#define VARIABLE_BYTES 64
#define PREFIX "MEMAGENT_"

/* A secret's name is its id, which so far is one word. */
const struct flag flags[FLAGS] = {
#define FLAG(id, name, letter, meta, accepted, doc)                                                \
	{name, meta, accepted, doc, NULL, NULL, letter, false},
#include "tools/run/flags.def"
#undef FLAG
#define OPTION(id, variable, flag, meta, default_, kind, accepted, doc)                            \
	{sizeof(flag) > 1 ? (flag) : #id,                                                          \
	 meta,                                                                                     \
	 accepted,                                                                                 \
	 doc,                                                                                      \
	 variable,                                                                                 \
	 default_,                                                                                 \
	 0,                                                                                        \
	 sizeof(flag) == 1},
#include "agent/settings/options.def"
#undef OPTION
};

void flags_getopt(struct option out[FLAGS + 1])
{
	/* A secret is refused with or without a value. */
	for (size_t i = 0; i < FLAGS; i++)
		out[i] = (struct option){.name = flags[i].name,
					 .has_arg = flags[i].is_secret	     ? optional_argument
						    : *flags[i].meta == '\0' ? no_argument
									     : required_argument,
					 .val = FLAGS_VALUE(i)};
}

bool flags_has(const char *name)
{
	size_t n = strcspn(name, "=");

	for (size_t i = 0; i < FLAGS; i++)
		if (strlen(flags[i].name) == n && memcmp(flags[i].name, name, n) == 0)
			return true;
	return false;
}

/* ---- values ---- */

static struct {
	char variable[VARIABLE_BYTES];
	const char *value;
} candidate;

/* An environment that contains the candidate only. */
static const char *get_candidate(const char *name)
{
	return strcmp(name, candidate.variable) == 0 ? candidate.value : NULL;
}

/* Use the agent's own parser. */
static bool is_valid(const char *value)
{
	static struct options options;

	candidate.value = value;
	options_read(&options, get_candidate);
	return options.problems[0] == '\0';
}

/* Write ${tag}, KEY=VALUE with any characters, as in MEMAGENT_TAGS.  "\=" in KEY is no separator.
 */
static void escape_tag(const char *tag, char *out)
{
	bool is_key = true;

	for (; *tag; tag++) {
		if (is_key && *tag == '=') {
			is_key = false;
		} else {
			if (is_key && tag[0] == '\\' && tag[1] == '=')
				tag++;
			if (strchr(",=\\", *tag))
				*out++ = '\\';
		}
		*out++ = *tag;
	}
	*out = '\0';
}

/* Append a tag to the variable. */
static bool add_tag(const char *value)
{
	const char *before = getenv(candidate.variable);
	char *tag = malloc(2 * strlen(value) + 1), *all = NULL;
	bool is_added = false;

	if (tag) {
		escape_tag(value, tag);
		is_added = *tag && is_valid(tag) &&
			   asprintf(&all, "%s%s%s", before ? before : "",
				    before && *before ? "," : "", tag) >= 0 &&
			   setenv(candidate.variable, all, 1) == 0;
	}
	free(tag);
	free(all);
	return is_added;
}

bool flags_set(const struct flag *flag, const char *value)
{
	snprintf(candidate.variable, sizeof(candidate.variable), PREFIX "%s", flag->variable);
	if (flag == &flags[FLAG_OPTION_tags])
		return add_tag(value);
	return setenv(candidate.variable, value, 1) == 0 && is_valid(value);
}

/* ---- help ---- */

enum {
	COLUMN = 27, /* where the descriptions start */
	WIDTH = 80,
};

/* Print ${text} from COLUMN on, wrapped.  ${column} is the current column. */
static void print_wrapped(int column, const char *text)
{
	const char *separator = "";

	if (column >= COLUMN) {
		putchar('\n');
		column = 0;
	}
	column += printf("%*s", COLUMN - column, "");
	while (*text != '\0') {
		int length = (int)strcspn(text, " ");

		if (column + 1 + length >= WIDTH) {
			column = printf("\n%*s", COLUMN, "") - 1;
			separator = "";
		}
		column += printf("%s%.*s", separator, length, text);
		separator = " ";
		text += length;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void print_flag(const struct flag *flag)
{
	char text[1024];
	int column;

	if (flag->is_secret)
		column = printf("  " PREFIX "%s", flag->variable);
	else if (flag->letter)
		column = printf("  -%c, --%s", flag->letter, flag->name);
	else
		column = printf("  --%s%s%s", flag->name, *flag->meta ? " " : "", flag->meta);
	snprintf(text, sizeof(text), "%s", flag->doc);
	if (flag->variable && !flag->is_secret)
		snprintf(text, sizeof(text), "%s (" PREFIX "%s%s%s)", flag->doc, flag->variable,
			 *flag->fallback == '\0' ? "" : ", default ", flag->fallback);
	print_wrapped(column, text);
}

void flags_help(void)
{
	puts("usage: memagent-run [options] [--] command [args...]\n"
	     "Run the command, and report its heap to InfluxDB.\n");
	for (size_t i = 0; i < FLAGS; i++)
		if (!flags[i].is_secret)
			print_flag(&flags[i]);
	puts("\nBy environment variable only:");
	for (size_t i = 0; i < FLAGS; i++)
		if (flags[i].is_secret)
			print_flag(&flags[i]);
}
