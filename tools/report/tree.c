#include "tools/report/tree.h"

#include <stdlib.h>
#include <string.h>

#include "tools/report/alloc.h"
#include "tools/report/messages.h"
#include "tools/report/site_table.h"
#include "tools/report/stacks.h"

static struct tree *make_node(const char *name, bool is_code)
{
	struct tree *node = calloc(1, sizeof(*node));

	if (node == NULL)
		messages_fail("out of memory");
	node->name = name;
	node->is_code = is_code;
	return node;
}

static struct tree *child_of(struct tree *node, const char *name, bool is_code)
{
	for (size_t i = 0; i < node->count; i++)
		if (node->children[i]->is_code == is_code &&
		    strcmp(node->children[i]->name, name) == 0)
			return node->children[i];
	node->children =
	    alloc_grow(node->children, &node->room, node->count + 1, sizeof(struct tree *));
	node->children[node->count] = make_node(name, is_code);
	return node->children[node->count++];
}

/* Names in square brackets stand for what has no name. */
static bool is_function(const struct stack *stack, const struct frame *frame)
{
	return frame->name[0] != '[' && !stack->row->is_other;
}

static void add_stack(struct tree *root, const struct stack *stack, bool with_process, double value)
{
	struct tree *node = root;

	node->value += value;
	if (with_process) {
		node = child_of(node, stack->process, false);
		node->value += value;
	}
	for (size_t i = 0; i < stack->frames.count && i < TREE_DEPTH_MOST; i++) {
		const struct frame *frame = &stack->frames.all[i];

		if (frames_continues(&stack->frames, i))
			continue;
		node = child_of(node, frame->name, is_function(stack, frame));
		node->value += value;
	}
}

static int by_value(const void *a, const void *b)
{
	const struct tree *x = *(struct tree *const *)a, *y = *(struct tree *const *)b;

	if (x->value != y->value)
		return x->value > y->value ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Its depth is bounded by TREE_DEPTH_MOST, like that of the functions below. */
static void sort(struct tree *node)
{
	if (node->count)
		qsort(node->children, node->count, sizeof(struct tree *), by_value);
	for (size_t i = 0; i < node->count; i++)
		sort(node->children[i]);
}

struct tree *tree_make(const struct stacks *stacks, double (*value)(const struct site_row *row))
{
	struct tree *root = make_node("all", false);

	for (size_t i = 0; i < stacks->count; i++) {
		double n = value(stacks->all[i].row);

		if (n >= 1)
			add_stack(root, &stacks->all[i], stacks->has_several, n);
	}
	sort(root);
	return root;
}

size_t tree_depth(const struct tree *tree)
{
	size_t deepest = 0;

	for (size_t i = 0; i < tree->count; i++) {
		size_t depth = tree_depth(tree->children[i]);

		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + 1;
}

void tree_free(struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		tree_free(tree->children[i]);
	free(tree->children);
	free(tree);
}
