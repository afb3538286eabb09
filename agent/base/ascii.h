#ifndef MEMAGENT_ASCII_H
#define MEMAGENT_ASCII_H
/*
 * ascii: character classes that do not depend on the locale.
 *
 * Layer    agent, leaf; pure.
 */
#include <stdbool.h>

/* Return whether ${c} is an ASCII control character, which could split or hide a log line. */
static inline bool ascii_is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

#endif
