#ifndef MEMAGENT_TEST_ENTER_H
#define MEMAGENT_TEST_ENTER_H
/*
 * enter: puts stacks with given frames into the table of stacks.
 *
 * Layer    tests/unit.
 */
#include <string.h>

#include "shim/sites/stacks.h"

/* The frames of the stack that the thread enters. */
static __thread const uint64_t *enter_source;

static inline bool enter_copy(const struct walk_stack *stack, struct walk_copy copy)
{
	size_t left = stack->n - copy.first;

	memcpy(copy.to, enter_source + copy.first,
	       (left < copy.count ? left : copy.count) * sizeof(*enter_source));
	return true;
}

/* Enter a stack of ${n} ${frames} that ends with ${end}.  Return its index. */
static inline unsigned enter_frames(const uint64_t *frames, size_t n, enum walk_end end)
{
	struct walk_stack stack = {.n = n, .end = end};

	for (size_t i = 0; i < n; i++)
		stack.hash = walk_hash(stack.hash, frames[i]);
	stack.hash = walk_hash(stack.hash, end);
	enter_source = frames;
	return stacks_enter(&stack, enter_copy);
}

#endif
