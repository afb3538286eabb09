#ifndef MEMAGENT_STACK_TEXT_H
#define MEMAGENT_STACK_TEXT_H
/*
 * stack_text: writes a stack as text, for the fields stack and frames (site_fields.def).
 *
 * Layer    agent; needs names and shim/sites.
 * Threads  the sidecar.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/sites/names.h"
#include "shim/sites/stacks.h"

#define STACK_TEXT_BYTES ((size_t)16 << 10)

struct stack_text {
	struct names names;
	uint64_t frames[STACKS_FRAMES]; /* innermost first */
	size_t n;
	bool is_whole;
	struct {
		char name[NAME_MOST + 1];
		char file[NAME_MOST + 1];
	} texts[STACKS_FRAMES];
	char stack[STACK_TEXT_BYTES];
	char addresses[STACK_TEXT_BYTES];
	char function[NAME_MOST + 1]; /* the one that a person would change (wrappers.h) */
	char executable[1024];	      /* its path */
};

/* Prepare ${t}, which is zero. */
void stack_text_open(struct stack_text *t);

/*
 * stack_text_read(t, index):
 * Copy the frames of the stack ${index} (stacks.h).  Return false if it has none.
 */
bool stack_text_read(struct stack_text *t, unsigned index);

/* Fill stack, addresses and function. */
void stack_text_write(struct stack_text *t);

#endif
