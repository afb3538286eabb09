#ifndef MEMAGENT_OPTIONS_H
#define MEMAGENT_OPTIONS_H
/*
 * options: reads the settings from the environment.  Their table is options.def.
 *
 * Layer    agent; needs duration, tags, url.
 * Threads  options_read: once, in the main thread, before the program can change its environment.
 *          The result is read-only.
 * Memory   never allocates.  Values are copied, because programs overwrite their environment, for
 *          example to set their title in ps.
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
#define OPTION_TYPE_COUNT int64_t
#define OPTION_TYPE_SHARE int64_t /* parts per million */
#define OPTION(id, variable, flag, meta, default_, kind, accepted, doc) OPTION_TYPE_##kind id;
#include "agent/settings/options.def"
#undef OPTION
	/*
	 * One line for each invalid value, and for each value taken from an INFLUX_ variable; ""
	 * if there are none.  Invalid values are replaced by their defaults, but an invalid URL by
	 * "": no destination.
	 */
	const char *problems;
	unsigned invalid; /* number of invalid values */

	/* Storage for the strings.  Last, because unused pages take no memory. */
	size_t text_used;
	char text[24576];
	char problem_lines[8192];
};

/*
 * options_read(options, get):
 * Fill ${options}.  ${get} returns the value of the environment variable of that full name, or
 * NULL.  An empty value counts as not set.  A string that is not set is "".  Times are in
 * nanoseconds, sizes in bytes, shares in parts per million.  File paths become absolute, because
 * the program may change its working directory.
 */
void options_read(struct options *options, const char *(*get)(const char *name));

#endif
