#ifndef MEMAGENT_FLAGS_H
#define MEMAGENT_FLAGS_H
/*
 * flags: the options of memagent-run, which become environment variables.
 *
 * Layer    tools/run; needs options, tags, url.
 */
#include <stdbool.h>
#include <stddef.h>

struct flag {
	const char *name;     /* without --; of a secret the name that somebody would guess */
	const char *variable; /* without MEMAGENT_ */
	const char *meta;
	const char *fallback;
	const char *accepted;
	const char *doc;
	bool is_secret; /* refused: a command line is public */
};

/* All of them, in the order of options.def, and how many. */
extern const struct flag flags[];
extern const size_t flags_count;

/* Return the flag of that ${name} of ${n} bytes, or NULL. */
const struct flag *flags_find(const char *name, size_t n);

/*
 * flags_set(flag, value, why, size):
 * Put ${value} into the environment.  Return 0; -1 when it is not valid or would show a secret,
 * with one line in ${why} of ${size} bytes that says what is accepted.  A value of --url or so that
 * is not valid is there all the same, for --check to look at.
 */
int flags_set(const struct flag *flag, const char *value, char *why, size_t size);

/* Print the help text. */
void flags_help(void);

#endif
