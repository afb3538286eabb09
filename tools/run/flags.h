#ifndef MEMAGENT_FLAGS_H
#define MEMAGENT_FLAGS_H
/*
 * flags: the table of memagent-run's options: its own (flags.def), and those that become
 * environment variables for the agent (options.def).
 *
 * Layer    tools/run; needs options, tags, url.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

enum {
#define FLAG(id, name, letter, meta, accepted, doc) FLAG_##id,
#include "tools/run/flags.def"
#undef FLAG
#define OPTION(id, variable, flag, meta, default_, kind, accepted, doc) FLAG_OPTION_##id,
#include "agent/settings/options.def"
#undef OPTION
	FLAGS,
};

struct flag {
	const char *name; /* without --; for a secret, the name that a user would try */
	const char *meta; /* "" if it takes no value */
	const char *accepted;
	const char *doc;
	const char *variable; /* without MEMAGENT_; NULL for an option of its own */
	const char *fallback;
	char letter;
	bool is_secret; /* refused: a command line is public */
};

extern const struct flag flags[FLAGS];

/* What getopt_long returns for flags[i]: more than any letter. */
#define FLAGS_VALUE(i) (256 + (int)(i))

/* Fill ${out}, which is zero, for getopt_long. */
void flags_getopt(struct option out[FLAGS + 1]);

/* Return whether ${name}, up to an equals sign, is the whole name of an option. */
bool flags_has(const char *name);

/*
 * flags_set(flag, value):
 * Set the variable of ${flag} to ${value}.  Return whether the value is valid.  An invalid value is
 * set all the same, so that --check can report it, except for --tag.
 */
bool flags_set(const struct flag *flag, const char *value);

/* Print the help text. */
void flags_help(void);

#endif
