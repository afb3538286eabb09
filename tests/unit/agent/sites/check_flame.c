#include "agent/sites/flame.h"

#include <stdio.h>

#include "tests/unit/unit.h"

static struct flame flame;

/* Write the nodes as "level name bytes/self" for each, depth first. */
static const char *draw(void)
{
	static char text[4096];
	unsigned index = 0, level = 0;
	size_t used = 0;

	do {
		const struct flame_node *node = &flame.nodes[index];

		used += (size_t)snprintf(text + used, sizeof(text) - used, "%u %s %llu/%llu\n",
					 level, node->name, (unsigned long long)node->bytes,
					 (unsigned long long)node->self);
		index = flame_next(&flame, index, &level);
	} while (index);
	return text;
}

START_TEST(an_empty_graph_has_a_root)
{
	flame_start(&flame);
	ck_assert_str_eq(draw(), "0 all 0/0\n");
}
END_TEST

START_TEST(stacks_share_their_beginning)
{
	flame_start(&flame);
	flame_add(&flame, "main;serve;parse", 50);
	flame_add(&flame, "main;serve;store;copy", 30);
	flame_add(&flame, "main;serve", 7);
	flame_add(&flame, "thread;serve", 2);
	flame_add(&flame, "main;serve;parse", 1);
	ck_assert_str_eq(draw(), "0 all 90/0\n"
				 "1 thread 2/0\n"
				 "2 serve 2/2\n"
				 "1 main 88/0\n"
				 "2 serve 88/7\n"
				 "3 store 30/0\n"
				 "4 copy 30/30\n"
				 "3 parse 51/51\n");
}
END_TEST

START_TEST(a_name_is_compared_whole)
{
	flame_start(&flame);
	flame_add(&flame, "main;ab", 1);
	flame_add(&flame, "main;a", 2);
	flame_add(&flame, "main;abc", 4);
	ck_assert_uint_eq(flame.nodes_used, 5);
}
END_TEST

/* Without room a stack counts where its known part ends, so nothing is lost. */
START_TEST(a_full_graph_keeps_the_sum)
{
	uint64_t self = 0;

	flame_start(&flame);
	for (int i = 0; i < 2000; i++) {
		char stack[600];

		snprintf(stack, sizeof(stack), "main;f%d;g%0*d", i, _i * 100, i);
		flame_add(&flame, stack, 10);
	}
	ck_assert_uint_le(flame.nodes_used, FLAME_NODES);
	ck_assert_uint_eq(flame.nodes[0].bytes, 20000);
	for (size_t i = 0; i < flame.nodes_used; i++)
		self += flame.nodes[i].self;
	ck_assert_uint_eq(self, 20000);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, an_empty_graph_has_a_root);
	tcase_add_test(all, stacks_share_their_beginning);
	tcase_add_test(all, a_name_is_compared_whole);
	tcase_add_loop_test(all, a_full_graph_keeps_the_sum, 1, 4);
}

UNIT_MAIN("flame", add_tests)
