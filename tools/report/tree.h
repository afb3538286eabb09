#ifndef MEMAGENT_TREE_H
#define MEMAGENT_TREE_H
/*
 * tree: stacks merged from the root on, as a flame graph shows them.
 *
 * Layer    tools; needs stacks, site_table, alloc, messages.
 */
#include <stdbool.h>
#include <stddef.h>

struct site_row;
struct stacks;

#define TREE_DEPTH_MOST 256 /* frames of a stack beyond this are left out */

struct tree {
	const char *name;
	bool is_code;		/* a function, not a process or the like */
	double value;		/* with that of the children */
	struct tree **children; /* the largest first */
	size_t count;
	size_t room;
};

/*
 * tree_make(stacks, value):
 * Merge the ${stacks}.  Leave out those whose ${value} is less than 1.  Return the root, from
 * malloc, called "all".  Its names are those of ${stacks}.
 */
struct tree *tree_make(const struct stacks *stacks, double (*value)(const struct site_row *row));

/* Return the number of levels of ${tree}, at least 1. */
size_t tree_depth(const struct tree *tree);

void tree_free(struct tree *tree);

#endif
