#ifndef MEMAGENT_WRAPPERS_H
#define MEMAGENT_WRAPPERS_H
/*
 * wrappers: which function of a stack a site is named after.
 *
 * Layer    agent; needs name.
 * Threads  no shared state; pure.
 */
#include <stdbool.h>
#include <stddef.h>

struct wrappers_frame {
	const char *object; /* the file's name without its directory, or "" */
	const char *name;   /* the function's, demangled where possible */
};

/* Return whether the function only passes an allocation on (wrappers.def). */
bool wrappers_has(const struct wrappers_frame *frame);

/*
 * wrappers_choose(frames, count):
 * Return the index of the frame that the site is named after: the innermost one that is not a
 * wrapper, or 0 if all are.  The ${count} ${frames} are innermost first.
 */
size_t wrappers_choose(const struct wrappers_frame *frames, size_t count);

#endif
