#include "tools/report/tree.h"

#include <stdlib.h>
#include <string.h>

#include "tools/report/alloc.h"
#include "tools/report/messages.h"
#include "tools/report/site_table.h"
#include "tools/report/stacks.h"

static struct tree_node *add_node(struct tree *tree, const char *name, bool is_code)
{
	struct tree_node *node = calloc(1, sizeof(*node));

	if (node == NULL)
		messages_fail("out of memory");
	node->name = name;
	node->is_code = is_code;
	tree->nodes =
	    alloc_grow(tree->nodes, &tree->room, tree->count + 1, sizeof(struct tree_node *));
	tree->nodes[tree->count++] = node;
	return node;
}

static struct tree_node *child_of(struct tree *tree, struct tree_node *node, const char *name,
				  bool is_code)
{
	struct tree_node *child;

	for (size_t i = 0; i < node->count; i++)
		if (node->children[i]->is_code == is_code &&
		    strcmp(node->children[i]->name, name) == 0)
			return node->children[i];
	child = add_node(tree, name, is_code);
	child->level = node->level + 1;
	node->children =
	    alloc_grow(node->children, &node->room, node->count + 1, sizeof(struct tree_node *));
	node->children[node->count++] = child;
	return child;
}

/* Names in square brackets stand for what has no name. */
static bool is_function(const struct stack *stack, const struct frame *frame)
{
	return frame->name[0] != '[' && !stack->row->is_other;
}

static void add_stack(struct tree *tree, const struct stack *stack, bool with_process, double value)
{
	struct tree_node *node = tree->nodes[0];

	node->value += value;
	if (with_process) {
		node = child_of(tree, node, stack->process, false);
		node->value += value;
	}
	for (size_t i = 0; i < stack->frames.count && i < TREE_DEPTH_MOST; i++) {
		const struct frame *frame = &stack->frames.all[i];

		if (frames_continues(&stack->frames, i))
			continue;
		node = child_of(tree, node, frame->name, is_function(stack, frame));
		node->value += value;
	}
}

static int by_value(const void *a, const void *b)
{
	const struct tree_node *x = *(struct tree_node *const *)a;
	const struct tree_node *y = *(struct tree_node *const *)b;

	if (x->value != y->value)
		return x->value > y->value ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void place_children(struct tree_node *node)
{
	double from = node->from;

	if (node->count)
		qsort(node->children, node->count, sizeof(struct tree_node *), by_value);
	for (size_t i = 0; i < node->count; i++) {
		node->children[i]->from = from;
		from += node->children[i]->value;
	}
}

/* Put the nodes into the order of a walk, with a stack of those that are still to be visited. */
static void arrange(struct tree *tree)
{
	struct tree_node **waiting;
	size_t room = 0, left = 1, at = 0;

	waiting = alloc_grow(NULL, &room, tree->count, sizeof(struct tree_node *));
	waiting[0] = tree->nodes[0];
	while (left > 0) {
		struct tree_node *node = waiting[--left];

		tree->nodes[at++] = node;
		if (node->level >= tree->depth)
			tree->depth = node->level + 1;
		place_children(node);
		for (size_t i = node->count; i > 0; i--)
			waiting[left++] = node->children[i - 1];
	}
	free(waiting);
}

void tree_make(const struct stacks *stacks, double (*value)(const struct site_row *row),
	       struct tree *out)
{
	*out = (struct tree){.nodes = NULL};
	add_node(out, "all", false);
	for (size_t i = 0; i < stacks->count; i++) {
		double n = value(stacks->all[i].row);

		if (n >= 1)
			add_stack(out, &stacks->all[i], stacks->has_several, n);
	}
	arrange(out);
}

void tree_free(struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		free(tree->nodes[i]->children);
		free(tree->nodes[i]);
	}
	free(tree->nodes);
	*tree = (struct tree){.nodes = NULL};
}
