#ifndef MEMAGENT_NAMES_H
#define MEMAGENT_NAMES_H
/*
 * names: unique names for processes.
 *
 * Layer    tools; needs series, alloc, messages.
 */
#include <stdbool.h>
#include <stddef.h>

struct series;

/*
 * names_long(series, index, again):
 * Return "SERVICE (process PID on HOST)" for the process ${index} of ${series}, from malloc.  If
 * another process has the same three, tags are added; if ${again}, "started again" is.
 */
char *names_long(const struct series *series, size_t index, bool again);

/* Return "SERVICE PID" for a picture's key, from malloc, with host and tags if needed. */
char *names_short(const struct series *series, size_t index);

#endif
