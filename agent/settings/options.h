#ifndef MEMAGENT_OPTIONS_H
#define MEMAGENT_OPTIONS_H
/*
 * options: the settings, from the environment.  options.def is the table of them.
 *
 * Layer    agent; needs duration, tags, url.
 * Threads  options_read once, in the main thread, before the program can change its environment;
 * the result is read-only. Memory   never allocates: the values are copied, because programs
 * overwrite their environment (to show a title in ps, for one).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/encode/fields.h"

struct options {
#define OPTION_TYPE_TEXT const char *
#define OPTION_TYPE_NAME const char *
#define OPTION_TYPE_MEASUREMENT const char *
#define OPTION_TYPE_NAMES const char *
#define OPTION_TYPE_FILE const char *
#define OPTION_TYPE_URL const char *
#define OPTION_TYPE_TAGS const char *
#define OPTION_TYPE_SINK const char *
#define OPTION_TYPE_API const char *
#define OPTION_TYPE_SCHEMA enum schema
#define OPTION_TYPE_DURATION int64_t
#define OPTION_TYPE_SIZE int64_t
#define OPTION_TYPE_SWITCH bool
#define OPTION(id, variable, flag, meta, default_, kind, accepted, doc) OPTION_TYPE_##kind id;
#include "agent/settings/options.def"
#undef OPTION
	/*
	 * One line for each value that was not valid, and for each that comes from another
	 * program's variable.  "" when there are none.  The default stands in for a value that was
	 * not valid; but a URL is "" then, which is no destination.
	 */
	const char *problems;
	unsigned invalid; /* how many values were not valid */

	/* What the pointers point to.  In this order: a page that is not used takes no memory. */
	size_t text_used;
	char text[24576];
	char problem_lines[8192];
};

/*
 * options_read(options, get):
 * Fill ${options}.  ${get} returns the value of an environment variable, by its whole name, or
 * NULL; an empty value counts as none.  A text that is not set is "".  Times are in nanoseconds,
 * sizes in bytes.  The path of a file is made absolute: the program may change its directory.
 */
void options_read(struct options *options, const char *(*get)(const char *name));

#endif
