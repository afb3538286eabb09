#include "agent/settings/tags.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "agent/base/ascii.h"

/*
 * Parse a key or value, up to an unescaped ${end} or the end of the text.  Return 0, or -1 if it
 * is empty, too long, or has a control character.
 */
static int parse_part(const char **text, char end, char out[TAGS_PART_BYTES])
{
	const char *p = *text;
	size_t n = 0;

	for (; *p && *p != end; p++) {
		if (*p == '\\' && p[1] && strchr(",=\\", p[1]))
			p++;
		else if (*p == ',')
			return -1; /* a comma in a key: the equals sign is missing */
		if (ascii_is_control(*p) || n == TAGS_PART_BYTES - 1)
			return -1;
		out[n++] = *p;
	}
	out[n] = '\0';
	*text = p;
	return n ? 0 : -1;
}

int tags_next(const char **text, struct tag *tag)
{
	if (**text == '\0')
		return 0;
	if (parse_part(text, '=', tag->key) || **text != '=')
		goto malformed;
	(*text)++;
	if (parse_part(text, ',', tag->value))
		goto malformed;
	if (**text == ',' && *++(*text) == '\0')
		goto malformed;
	return 1;

malformed:
	errno = EINVAL;
	return -1;
}
