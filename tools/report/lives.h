#ifndef MEMAGENT_LIVES_H
#define MEMAGENT_LIVES_H
/*
 * lives: separates successive processes with the same tags, as in a restarted container.
 *
 * Layer    tools, leaf; pure.
 */
#include <stddef.h>

struct heap_point;

/*
 * lives_next(points, n):
 * Return how many of the ${n} points at ${points} belong to the first process; at least 1.  A new
 * process begins where the counts start again from 0.  If they only drop for a few points, the
 * clock was set back: remove the lower points and reduce ${*n}.
 */
size_t lives_next(struct heap_point *points, size_t *n);

#endif
