#include "tools/report/source.h"

#include "tests/unit/unit.h"
#include "tools/report/sites.h"

static struct source source;

static void want(const char *places)
{
	struct site site = {.frames = {(char *)(uintptr_t)places, 0}};
	struct frames frames;

	frames_read(&site, &frames);
	source_want(&source, &frames);
	frames_free(&frames);
}

static void parse(const char *output)
{
	const size_t indices[] = {0, 1};
	char *text = strdup(output);

	ck_assert_ptr_nonnull(text);
	want("/a@12+0x10;+0x20;+0x10;rel@12+0x1;/no-id@+0x2;[jit]+0x3");
	ck_assert_uint_eq(source.count, 2);
	source_parse(&source, indices, 2, text);
	free(text);
}

static void expect(size_t address, size_t line, const char *function, const char *place)
{
	ck_assert_uint_gt(source.all[address].count, line);
	ck_assert_str_eq(source.all[address].lines[line].function, function);
	ck_assert_str_eq(source.all[address].lines[line].place, place);
}

START_TEST(reads_elfutils)
{
	parse("0x0000000000000010\ninner inlined at /src/t.c:4:78 in "
	      "push\n/src/t.c:3:80\npush\n/src/t.c:4:78\n"
	      "0x0000000000000020\n??\n??:0\n");
	ck_assert_uint_eq(source.all[0].count, 2);
	expect(0, 0, "inner", "t.c:3");
	expect(0, 1, "push", "t.c:4");
	ck_assert_uint_eq(source.all[1].count, 0);
}
END_TEST

START_TEST(reads_binutils)
{
	parse("0x10\nf(int)\n/src/t.c:3 (discriminator 2)\n0x20\ng\n??:?\n");
	expect(0, 0, "f(int)", "t.c:3");
	expect(1, 0, "g", "");
}
END_TEST

/* A file may claim anything as the name of a function or file. */
static const char *const odd[] = {
    "",		 "\n\n\n",	     "0x10",	   "0x10\n0x20\n",	  "0x10\nf",
    "0x10\nf\n", "0x99\nf\nx.c:1\n", "f\nx.c:1\n", "0x10\nf\nno colon\n", "0x\n0x\n0x10\n:\n:\n",
};

START_TEST(survives)
{
	parse(odd[_i]);
}
END_TEST

START_TEST(skips_addresses_without_output)
{
	parse("0x20\ng\ng.c:7\n");
	ck_assert_uint_eq(source.all[0].count, 0);
	expect(1, 0, "g", "g.c:7");
}
END_TEST

START_TEST(cleans_names)
{
	parse("0x10\nf\x1b[31m\ng\x07.c:7\n");
	expect(0, 0, "f?[31m", "g?.c:7");
}
END_TEST

/* There is no such file, so no program runs. */
START_TEST(asks_no_one)
{
	want("/nonexistent/a@12+0x10");
	source_ask(&source);
	ck_assert_uint_eq(source.all[0].count, 0);
	source_free(&source);
}
END_TEST

static void add(TCase *all)
{
	tcase_add_test(all, reads_elfutils);
	tcase_add_test(all, reads_binutils);
	tcase_add_loop_test(all, survives, 0, UNIT_COUNT(odd));
	tcase_add_test(all, skips_addresses_without_output);
	tcase_add_test(all, cleans_names);
	tcase_add_test(all, asks_no_one);
}

UNIT_MAIN("source", add)
