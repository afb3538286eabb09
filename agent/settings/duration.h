#ifndef MEMAGENT_DURATION_H
#define MEMAGENT_DURATION_H
/*
 * duration: "250ms", "3s", "1m", "24h".
 *
 * Layer    agent, leaf; pure.
 */
#include <stdint.h>

/*
 * duration_parse(text, ns):
 * Parse a whole number and one of the units ms, s, m and h, with nothing before, between or after,
 * into ${ns}.  Return 0; -1 with errno EINVAL for anything else, ERANGE when it is over 2^63 ns,
 * ${ns} untouched.
 */
int duration_parse(const char *text, int64_t *ns);

#endif
