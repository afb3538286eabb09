#ifndef MEMAGENT_ESCAPE_H
#define MEMAGENT_ESCAPE_H
/*
 * escape: writes text as part of HTML or XML.
 *
 * Layer    tools; needs utf8.
 */
#include <stddef.h>
#include <stdio.h>

/*
 * escape_print(out, text):
 * Write ${text}, for an element or an attribute in double quotes.  Bytes that are not UTF-8, and
 * control characters, become U+FFFD.
 */
void escape_print(FILE *out, const char *text);

/* escape_print for the first ${most} characters; if there are more, the last of them is "…". */
void escape_print_short(FILE *out, const char *text, size_t most);

#endif
