#include "agent/sites/flame.h"

#include <string.h>

void flame_start(struct flame *f)
{
	f->nodes[0] = (struct flame_node){.name = "all"};
	f->nodes_used = 1;
	f->text_used = 0;
}

static unsigned find_child(const struct flame *f, unsigned parent, const char *name, size_t n)
{
	unsigned i = f->nodes[parent].first_child;

	while (i && (strncmp(f->nodes[i].name, name, n) != 0 || f->nodes[i].name[n]))
		i = f->nodes[i].next_sibling;
	return i;
}

/* Return the new node's index, or 0 if there is no room. */
static unsigned add_child(struct flame *f, unsigned parent, const char *name, size_t n)
{
	char *copy = f->text + f->text_used;
	unsigned i = (unsigned)f->nodes_used;

	if (i == FLAME_NODES || FLAME_TEXT - f->text_used <= n)
		return 0;
	memcpy(copy, name, n);
	copy[n] = '\0';
	f->text_used += n + 1;
	f->nodes_used++;
	f->nodes[i] = (struct flame_node){.name = copy,
					  .parent = (uint16_t)parent,
					  .next_sibling = f->nodes[parent].first_child};
	f->nodes[parent].first_child = (uint16_t)i;
	return i;
}

/* Return the node of the innermost frame for which there is room. */
static unsigned find_end(struct flame *f, const char *stack)
{
	unsigned node = 0;

	while (*stack) {
		size_t n = strcspn(stack, ";");
		unsigned child = find_child(f, node, stack, n);

		if (child == 0)
			child = add_child(f, node, stack, n);
		if (child == 0)
			break;
		node = child;
		stack += n + (stack[n] == ';');
	}
	return node;
}

void flame_add(struct flame *f, const char *stack, uint64_t bytes)
{
	unsigned node = find_end(f, stack);

	f->nodes[node].self += bytes;
	for (;; node = f->nodes[node].parent) {
		f->nodes[node].bytes += bytes;
		if (node == 0)
			return;
	}
}

unsigned flame_next(const struct flame *f, unsigned index, unsigned *level)
{
	if (f->nodes[index].first_child) {
		++*level;
		return f->nodes[index].first_child;
	}
	while (index && f->nodes[index].next_sibling == 0) {
		index = f->nodes[index].parent;
		--*level;
	}
	return index ? f->nodes[index].next_sibling : 0;
}
