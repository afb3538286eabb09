#include "tools/report/tree.h"

#include <stdio.h>

#include "tests/unit/unit.h"
#include "tools/report/site_table.h"
#include "tools/report/sites.h"
#include "tools/report/stacks.h"

static struct stacks stacks;
static struct site_row rows[8];
static struct stack all[8];
static struct site sites[8];

static void add_stack(const char *process, const char *text, double live, const char *id)
{
	size_t i = stacks.count++;

	sites[i].stack.text = (char *)(uintptr_t)text;
	rows[i] = (struct site_row){.site = &sites[i],
				    .live_bytes = live,
				    .is_other = strcmp(id, "other") == 0};
	all[i] = (struct stack){.process = (char *)(uintptr_t)process, .row = &rows[i]};
	frames_read(&sites[i], &all[i].frames);
	stacks.all = all;
}

static double live(const struct site_row *row)
{
	return row->live_bytes;
}

/* Each node as "LEVEL NAME FROM+VALUE", with '!' before what is no code. */
static char *describe(const struct tree *tree)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	for (size_t i = 0; i < tree->count; i++) {
		const struct tree_node *node = tree->nodes[i];

		fprintf(out, "%s%zu %s%s %.0f+%.0f", i ? ", " : "", node->level,
			node->is_code ? "" : "!", node->name, node->from, node->value);
	}
	fclose(out);
	return text;
}

static void expect(const char *wanted, size_t depth)
{
	struct tree tree;
	char *text;

	tree_make(&stacks, live, &tree);
	text = describe(&tree);
	ck_assert_str_eq(text, wanted);
	ck_assert_uint_eq(tree.depth, depth);
	free(text);
	tree_free(&tree);
	for (size_t i = 0; i < stacks.count; i++)
		frames_free(&all[i].frames);
}

START_TEST(merges)
{
	add_stack("p", "main;a;x", 10, "1");
	add_stack("p", "main;b", 100, "2");
	add_stack("p", "main;a;y", 20, "3");
	add_stack("p", "main;a", 5, "4");
	add_stack("p", "other", 3, "other");
	add_stack("p", "[truncated];main", 2, "5");
	expect("0 !all 0+140, 1 main 0+135, 2 b 0+100, 2 a 100+35, 3 y 100+20, 3 x 120+10, "
	       "1 !other 135+3, 1 ![truncated] 138+2, 2 main 138+2",
	       4);
}
END_TEST

START_TEST(has_processes)
{
	stacks.has_several = true;
	add_stack("p", "main", 10, "1");
	add_stack("q", "main", 20, "1");
	expect("0 !all 0+30, 1 !q 0+20, 2 main 0+20, 1 !p 20+10, 2 main 20+10", 3);
}
END_TEST

START_TEST(leaves_out_what_holds_nothing)
{
	add_stack("p", "main;a", 0.5, "1");
	add_stack("p", "main;b", -10, "2");
	expect("0 !all 0+0", 1);
}
END_TEST

START_TEST(is_bounded)
{
	static char deep[20001];
	struct tree tree;

	for (size_t i = 0; i < sizeof(deep) - 1; i++)
		deep[i] = i % 2 ? ';' : 'f';
	add_stack("p", deep, 10, "1");
	tree_make(&stacks, live, &tree);
	ck_assert_uint_eq(tree.depth, TREE_DEPTH_MOST + 1);
	tree_free(&tree);
	frames_free(&all[0].frames);
}
END_TEST

static void add(TCase *cases)
{
	tcase_add_test(cases, merges);
	tcase_add_test(cases, has_processes);
	tcase_add_test(cases, leaves_out_what_holds_nothing);
	tcase_add_test(cases, is_bounded);
}

UNIT_MAIN("tree", add)
