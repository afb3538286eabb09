#ifndef MEMAGENT_UTF8_H
#define MEMAGENT_UTF8_H
/*
 * utf8: which bytes are text that a terminal, HTML and XML can show.
 *
 * Layer    tools, leaf; pure.
 * Source   Unicode 3.9, table "Well-Formed UTF-8 Byte Sequences"; XML 1.0, 2.2 "Characters".
 */
#include <stddef.h>

/*
 * utf8_length(text):
 * Return the length in bytes of the character at ${text}, which ends with a NUL.  Return 0 if it is
 * not UTF-8, or a control character, or forbidden in XML.
 */
size_t utf8_length(const char *text);

/* Replace each byte of ${text} that is not part of such a character by '?'. */
void utf8_clean(char *text);

#endif
