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
	const char *name;     /* without --; for a secret, the name that a user would try */
	const char *variable; /* without MEMAGENT_ */
	const char *meta;
	const char *fallback;
	const char *accepted;
	const char *doc;
	bool is_secret; /* refused: a command line is public */
};

/* In the order of options.def. */
extern const struct flag flags[];
extern const size_t flags_count;

/* Return the flag with this ${name} of ${n} bytes, or NULL. */
const struct flag *flags_find(const char *name, size_t n);

/*
 * flags_set(flag, value, why, size):
 * Set the flag's variable to ${value}.  Return 0; or -1 if the value is invalid or contains a
 * secret, with one line in ${why} of ${size} bytes that says what is accepted.  An invalid value is
 * set all the same, so that --check can report it.
 */
int flags_set(const struct flag *flag, const char *value, char *why, size_t size);

/* Print the help text. */
void flags_help(void);

#endif
