#ifndef MEMAGENT_TAGS_H
#define MEMAGENT_TAGS_H
/*
 * tags: parses "env=prod,region=eu".  A backslash escapes a comma, an equals sign or a backslash.
 *
 * Layer    agent, leaf; pure.
 */
#include <stddef.h>

#define TAGS_PART_BYTES 256

struct tag {
	char key[TAGS_PART_BYTES];
	char value[TAGS_PART_BYTES];
};

/*
 * tags_next(text, tag):
 * Parse the first tag of ${*text} into ${tag}, unescaped, and advance ${*text} past it.  Return 1;
 * 0 at the end of the text; -1 with errno EINVAL if the tag is malformed: no equals sign, a control
 * character, or a key or value that is empty or too long.
 */
int tags_next(const char **text, struct tag *tag);

#endif
