#include "tools/run/flags.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/settings/options.h"
#include "agent/settings/tags.h"
#include "agent/settings/url.h"

#define VARIABLE_BYTES 64
#define PREFIX "MEMAGENT_"

const struct flag flags[] = {
#define OPTION(id, variable, flag, meta, default_, kind, accepted, doc)                            \
	{sizeof(flag) > 1 ? (flag) : #id,                                                          \
	 variable,                                                                                 \
	 meta,                                                                                     \
	 default_,                                                                                 \
	 accepted,                                                                                 \
	 doc,                                                                                      \
	 sizeof(flag) == 1},
#include "agent/settings/options.def"
#undef OPTION
};
const size_t flags_count = sizeof(flags) / sizeof(flags[0]);

/* A secret's name is its id, which so far is one word. */
const struct flag *flags_find(const char *name, size_t n)
{
	for (size_t i = 0; i < flags_count; i++)
		if (strlen(flags[i].name) == n && memcmp(flags[i].name, name, n) == 0)
			return &flags[i];
	return NULL;
}

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
static bool is_valid(const char *variable, const char *value)
{
	static struct options options;

	snprintf(candidate.variable, sizeof(candidate.variable), "%s", variable);
	candidate.value = value;
	options_read(&options, get_candidate);
	return options.problems[0] == '\0';
}

/* Append ${text} of ${n} bytes, escaped as in MEMAGENT_TAGS.  Return the end. */
static char *escape(char *out, const char *text, size_t n)
{
	for (; n > 0; n--, text++) {
		if (strchr(",=\\", *text))
			*out++ = '\\';
		*out++ = *text;
	}
	*out = '\0';
	return out;
}

/* Return the equals sign that ends the key of ${tag}, or NULL; \= in a key is an equals sign. */
static const char *end_of_key(const char *tag)
{
	const char *p = tag;

	while ((p = strchr(p, '=')) != NULL && p > tag && p[-1] == '\\')
		p++;
	return p;
}

/* Return ${tag}, KEY=VALUE with any characters, escaped as in MEMAGENT_TAGS; NULL if invalid. */
static char *make_tag(const char *tag)
{
	const char *equals = end_of_key(tag);
	char *key = strdup(tag), *out = malloc(2 * strlen(tag) + 1), *end;
	size_t n = 0;

	if (equals == NULL || equals == tag || equals[1] == '\0' || key == NULL || out == NULL) {
		free(key);
		free(out);
		return NULL;
	}
	for (const char *p = tag; p < equals; p++)
		if (p[0] != '\\' || p[1] != '=')
			key[n++] = *p;
	end = escape(out, key, n);
	*end++ = '=';
	escape(end, equals + 1, strlen(equals + 1));
	free(key);
	return out;
}

static int add_tag(const char *variable, const char *value, char *why, size_t size)
{
	const char *before = getenv(variable);
	char *tag = make_tag(value), *all = NULL;
	bool is_added =
	    tag && is_valid(variable, tag) &&
	    asprintf(&all, "%s%s%s", before ? before : "", before && *before ? "," : "", tag) >= 0;

	if (is_added)
		setenv(variable, all, 1);
	else
		snprintf(
		    why, size,
		    "--tag '%s' is not valid: expected KEY=VALUE, neither of them empty, with a "
		    "key that is no field and not host, service, pid, time, allocator or "
		    "allocator_version",
		    value);
	free(tag);
	free(all);
	return is_added ? 0 : -1;
}

int flags_set(const struct flag *flag, const char *value, char *why, size_t size)
{
	bool is_url = strcmp(flag->name, "url") == 0 || strcmp(flag->name, "proxy") == 0;
	char variable[VARIABLE_BYTES], masked[2048];

	snprintf(variable, sizeof(variable), PREFIX "%s", flag->variable);
	if (strcmp(flag->name, "tag") == 0)
		return add_tag(variable, value, why, size);
	url_mask(value, masked, sizeof(masked));
	if (is_url && strcmp(masked, value) != 0) {
		snprintf(why, size,
			 "--%s with a user, a password or a query in it is refused, because a "
			 "command line is "
			 "public: use --username and --password-file, or the variable",
			 flag->name);
		return -1;
	}
	setenv(variable, value, 1);
	if (is_valid(variable, value))
		return 0;
	snprintf(why, size, "--%s '%s' is not valid: expected %s", flag->name, value,
		 flag->accepted);
	return -1;
}
