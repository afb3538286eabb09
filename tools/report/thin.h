#ifndef MEMAGENT_THIN_H
#define MEMAGENT_THIN_H
/*
 * thin: selects the samples to draw when there are many.
 *
 * Layer    tools; needs series, alloc.
 */
#include <stddef.h>

struct series_process;

struct thin {
	size_t *kept; /* indices of samples, in order */
	size_t count;
	size_t step; /* samples in a section */
};

/*
 * thin_make(process, out):
 * A picture is about 800 pixels wide.  If a process has more samples, divide them into 800
 * sections. In each, keep the samples with the most and fewest live bytes, the largest resident
 * set, the longest pause, and the largest allocator figure, which not every point has.
 */
void thin_make(const struct series_process *process, struct thin *out);

#endif
