#ifndef MEMAGENT_FLAME_H
#define MEMAGENT_FLAME_H
/*
 * flame: a tree of function names with the live bytes below each, as flame graphs show it.
 *
 * Layer    agent, leaf.
 * Memory   fixed, in struct flame.  When it is full, a further stack counts where its known part
 *          ends.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLAME_NODES 500
#define FLAME_TEXT ((size_t)32 << 10)

struct flame_node {
	const char *name;
	uint64_t bytes;				    /* of this node and all below it */
	uint64_t self;				    /* of stacks that end here */
	uint16_t parent, first_child, next_sibling; /* indices; 0: none */
};

struct flame {
	struct flame_node nodes[FLAME_NODES]; /* 0 is the root, "all" */
	size_t nodes_used;
	char text[FLAME_TEXT];
	size_t text_used;
};

void flame_start(struct flame *f);

/*
 * flame_add(f, stack, bytes):
 * Add ${bytes} for a folded ${stack}: names, root first, separated by semicolons.  Add the largest
 * stacks first.
 */
void flame_add(struct flame *f, const char *stack, uint64_t bytes);

/*
 * flame_next(f, index, level):
 * Walk the nodes depth first: return the index of the node after ${index} and update its ${*level}.
 * Start with index 0 and level 0, which is the root itself; 0 is returned after the last one.
 */
unsigned flame_next(const struct flame *f, unsigned index, unsigned *level);

#endif
