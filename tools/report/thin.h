#ifndef MEMAGENT_THIN_H
#define MEMAGENT_THIN_H
/*
 * thin: which of many points are drawn.
 *
 * Layer    tools; needs series, tell.
 */
#include <stddef.h>

struct series_process;

struct thin {
	size_t *kept; /* indices of samples, in order */
	size_t count;
	size_t step; /* samples in a stretch */
};

/*
 * thin_make(process, out):
 * A picture is some 800 points wide.  Of a process with more samples, each of 800 stretches leaves
 * those that stand out: with the most and the least live, the most resident, the longest pause,
 * and one with what the allocator says of itself, which not every point has.
 */
void thin_make(const struct series_process *process, struct thin *out);

#endif
