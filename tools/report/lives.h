#ifndef MEMAGENT_LIVES_H
#define MEMAGENT_LIVES_H
/*
 * lives: several processes that had one identity, in turn, as in a container that is restarted.
 *
 * Layer    tools, leaf; pure.
 */
#include <stddef.h>

struct heap_point;

/*
 * lives_next(points, n):
 * Return how many of the ${n} points at ${points}, one at least, belong to the first of these
 * lives: a process that counts from the start again is another.  Where counts go down and are
 * back after a few points, the clock was set back and two times overlap: the lower points are
 * taken out, and ${*n} gets smaller.
 */
size_t lives_next(struct heap_point *points, size_t *n);

#endif
