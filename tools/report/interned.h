#ifndef MEMAGENT_INTERNED_H
#define MEMAGENT_INTERNED_H
/*
 * interned: numbers for texts, in the order of their first use.
 *
 * Layer    tools; needs alloc, messages.
 */
#include <stddef.h>

/* All zero: empty. */
struct interned {
	void *tree; /* for tsearch(3) */
	char **texts;
	size_t count;
	size_t room;
};

/* Return the number of ${text}, which is the count before its first use. */
size_t interned_add(struct interned *interned, const char *text);

void interned_free(struct interned *interned);

#endif
