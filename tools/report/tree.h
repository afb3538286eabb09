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

struct tree_node {
	const char *name;
	bool is_code;		     /* a function, not a process or the like */
	double value;		     /* with that of the children */
	double from;		     /* where it begins, if the root begins at 0 */
	size_t level;		     /* the root has 0 */
	struct tree_node **children; /* the largest first */
	size_t count;
	size_t room;
};

/* The nodes are in the order of a walk from the root; a parent comes before its children. */
struct tree {
	struct tree_node **nodes;
	size_t count; /* at least 1 */
	size_t room;
	size_t depth; /* levels, at least 1 */
};

/*
 * tree_make(stacks, value, out):
 * Merge the ${stacks}.  Leave out those whose ${value} is less than 1.  The root is called "all";
 * the other names are those of ${stacks}.
 */
void tree_make(const struct stacks *stacks, double (*value)(const struct site_row *row),
	       struct tree *out);

void tree_free(struct tree *tree);

#endif
