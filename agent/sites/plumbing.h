#ifndef MEMAGENT_PLUMBING_H
#define MEMAGENT_PLUMBING_H
/*
 * plumbing: which function of a stack a site is named after.
 *
 * Layer    agent; needs name.
 * Threads  no shared state; pure.
 */
#include <stdbool.h>
#include <stddef.h>

struct plumbing_frame {
	const char *object; /* the file's name without its directory, or "" */
	const char *name;   /* the function's, demangled where possible */
};

/* Return whether the function only passes an allocation on (plumbing.def). */
bool plumbing_is(const struct plumbing_frame *frame);

/*
 * plumbing_choose(frames, count):
 * Return the index of the frame that the site is named after: the innermost one that is no
 * plumbing, or 0 when all are.  The ${count} ${frames} are innermost first.
 */
size_t plumbing_choose(const struct plumbing_frame *frames, size_t count);

#endif
