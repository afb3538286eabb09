#ifndef MEMAGENT_STACKS_H
#define MEMAGENT_STACKS_H
/*
 * stacks: the table of distinct stacks, each with the totals of its samples.
 *
 * Stack 0 has the totals of all that do not fit.  A stack whose samples are all freed can be
 * removed (stacks_retire); its totals then move to stack 0.
 *
 * Layer    shim; needs the types of walk.h.
 * Threads  any, without locks; stacks_copy: the one that retires stacks.
 * Memory   one mapping, made by stacks_open.  Pages are touched as stacks are added.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/sites/walk.h"

#define STACKS 4096U
#define STACKS_FRAMES 128U /* longest stack */

struct stack_totals {
	uint64_t alloc_bytes;
	uint64_t alloc_objects; /* fixed point (exponential.h) */
	uint64_t freed_bytes;
	uint64_t freed_objects; /* fixed point */
};

/* Map the table, once.  Return whether there is one. */
bool stacks_open(void);

/* Copies frames of ${stack}.  Returns false if it is not that stack any more. */
typedef bool stacks_source(const struct walk_stack *stack, struct walk_copy copy);

/*
 * stacks_enter(stack, source):
 * Return the index of ${stack}, whose frames ${source} copies if it is new.  The stack is kept
 * until stacks_leave.
 */
unsigned stacks_enter(const struct walk_stack *stack, stacks_source *source);
void stacks_leave(unsigned index);

/* Count an object that the stack ${index} made or freed. */
void stacks_count_made(unsigned index, uint64_t bytes, uint64_t objects);
void stacks_count_freed(unsigned index, uint64_t bytes, uint64_t objects);

/* Return how many stacks there are, without stack 0. */
unsigned stacks_used(void);

/*
 * stacks_read(index, totals):
 * Read the totals of the stack ${index}.  Return its hash, which is never 0, or 0 if there is none.
 */
uint64_t stacks_read(unsigned index, struct stack_totals *totals);

/*
 * stacks_copy(index, frames, end):
 * Copy the frames of the stack ${index}, innermost first, into ${frames}, an array of
 * STACKS_FRAMES.  Return their number; 0 for stack 0, or if they are not stored yet.
 */
size_t stacks_copy(unsigned index, uint64_t *frames, unsigned *end);

/*
 * stacks_retire(index):
 * Remove the stack ${index} if it has no live sample.  Return whether it was removed.
 */
bool stacks_retire(unsigned index);

#endif
