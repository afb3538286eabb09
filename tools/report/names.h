#ifndef MEMAGENT_NAMES_H
#define MEMAGENT_NAMES_H
/*
 * names: what processes are called, so that no two have one name.
 *
 * Layer    tools; needs series, tell.
 */
#include <stdbool.h>
#include <stddef.h>

struct series;

/*
 * names_long(series, index, again):
 * Return "SERVICE (process PID on HOST)" for the process ${index} of ${series}, from malloc.  Tags
 * follow where another process has the same three, and "started again" where ${again} is true.
 */
char *names_long(const struct series *series, size_t index, bool again);

/* Return "SERVICE PID" from malloc, with what else tells it apart, for the key of a picture. */
char *names_short(const struct series *series, size_t index);

#endif
