#ifndef MEMAGENT_OUTPUT_H
#define MEMAGENT_OUTPUT_H
/*
 * output: a text of limited size that is being written.
 *
 * Layer    agent, leaf; pure.
 */
#include <stddef.h>

struct output {
	char *text;
	size_t used, size;
};

/* Append ${c} if there is room. */
static inline void put(struct output *o, char c)
{
	if (o->used + 1 < o->size)
		o->text[o->used++] = c;
	o->text[o->used] = '\0';
}

static inline void put_text(struct output *o, const char *text)
{
	while (*text)
		put(o, *text++);
}

#endif
