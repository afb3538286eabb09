#ifndef MEMAGENT_TAGS_H
#define MEMAGENT_TAGS_H
/*
 * tags: "env=prod,region=eu", with a backslash before a comma, equals sign or backslash that is
 * meant as itself.
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
 * Take the first tag off ${*text}, without its backslashes, into ${tag}, and move ${*text} behind
 * it. Return 1; 0 at the end of the text; -1 with errno EINVAL when it is malformed (no equals
 * sign, an empty or overlong part, a control character).
 */
int tags_next(const char **text, struct tag *tag);

#endif
