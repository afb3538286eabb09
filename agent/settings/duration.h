#ifndef MEMAGENT_DURATION_H
#define MEMAGENT_DURATION_H
/*
 * duration: parses times such as "250ms", "3s", "1m" and "24h".
 *
 * Layer    agent, leaf; pure.
 */
#include <stdint.h>

/*
 * duration_parse(text, ns):
 * Parse a whole number followed by a unit (ms, s, m or h) into ${ns}; no other character is
 * allowed. Return 0; -1 with ${ns} unchanged and errno EINVAL, or ERANGE if the time exceeds
 * INT64_MAX ns.
 */
int duration_parse(const char *text, int64_t *ns);

#endif
