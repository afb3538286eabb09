#include "tools/report/frames.h"

#include <stdio.h>

#include "tests/unit/unit.h"
#include "tools/report/sites.h"

/* Return the frames as "NAME PATH@ID ADDRESS, ..." */
static char *read_all(const char *stack, const char *places)
{
	struct site site = {.function = {(char *)(uintptr_t) "fn", 0}};
	struct frames frames;
	char *out = NULL;
	size_t size;
	FILE *file = open_memstream(&out, &size);

	ck_assert_ptr_nonnull(file);
	site.stack.text = (char *)(uintptr_t)stack;
	site.frames.text = (char *)(uintptr_t)places;
	frames_read(&site, &frames);
	for (size_t i = 0; i < frames.count; i++) {
		const struct frame *f = &frames.all[i];

		fprintf(file, "%s%s", i ? ", " : "", f->name);
		if (f->has_address)
			fprintf(file, " %s@%s %llx", f->path, f->build_id,
				(unsigned long long)f->address);
	}
	fclose(file);
	frames_free(&frames);
	return out;
}

static const struct {
	const char *stack;
	const char *places;
	const char *frames;
} stacks[] = {
    {NULL, NULL, "fn"},
    {"main;f", NULL, "main, f"},
    {"[truncated];f", NULL, "[truncated], f"},
    {"main;f", "/a@12+0x10;+0x20", "main /a@12 10, f /a@12 20"},
    {"main;f;g", "/a@12+0x10;/b c@+0x20;+0x30", "main /a@12 10, f /b c@ 20, g /b c@ 30"},
    {"[truncated];f", "/a@12+0x10", "[truncated], f /a@12 10"},
    {"[truncated];f", "[truncated];/a@12+0x10", "[truncated], f /a@12 10"},
    /* a run without names is one element of the stack */
    {"main;[jit];f", "/a@1+0x1;[jit]+0xff;+0xfe;/a@1+0x2",
     "main /a@1 1, [jit] @ ff, [jit] @ fe, f /a@1 2"},
    {"[jit];f;[jit]", "[jit]+0x1;+0x2;/a@1+0x3;[jit]+0x4;+0x5;+0x6",
     "[jit] @ 1, [jit] @ 2, f /a@1 3, [jit] @ 4, [jit] @ 5, [jit] @ 6"},
    {"[jit];js", "[jit]+0x1;+0x2;+0x3", "[jit] @ 1, [jit] @ 2, js @ 3"},
    /* no room for the names of the outermost */
    {"[truncated];f;[jit]", "/lib/a@1+0x1;+0x2;[jit]+0x3;+0x4",
     "[truncated], a+0x1 /lib/a@1 1, f /lib/a@1 2, [jit] @ 3, [jit] @ 4"},
    {"main;js;[jit]", "/a@1+0x1;[jit]+0x2;+0x3", "main /a@1 1, js @ 2, [jit] @ 3"},
    /* names that do not belong to the places */
    {"main", "/lib/a@1+0x1;+0x2;[jit]+0x3", "a+0x1 /lib/a@1 1, a+0x2 /lib/a@1 2, [jit] @ 3"},
    {"main;f;g", "/lib/a@1+0x1", "a+0x1 /lib/a@1 1"},
    {NULL, "/lib/a@1+0x1", "fn /lib/a@1 1"},
    /* anything */
    {"a;b", "nothing;+0x", "a, b"},
    {"a", "/x@y@z+w+0x5", "a /x@y@z+w 5"},
    {"a", "+0x5", "a @ 5"},
    {"", ";;;", ""},
};

START_TEST(splits)
{
	char *out = read_all(stacks[_i].stack, stacks[_i].places);

	ck_assert_str_eq(out, stacks[_i].frames);
	free(out);
}
END_TEST

START_TEST(continues_runs)
{
	struct site site = {.stack = {(char *)(uintptr_t) "[jit];f;[jit]", 0},
			    .frames = {(char *)(uintptr_t) "[jit]+0x1;+0x2;/a@1+0x3;[jit]+0x4", 0}};
	struct frames frames;

	frames_read(&site, &frames);
	ck_assert_uint_eq(frames.count, 4);
	ck_assert(!frames_continues(&frames, 0));
	ck_assert(frames_continues(&frames, 1));
	ck_assert(!frames_continues(&frames, 2));
	ck_assert(!frames_continues(&frames, 3));
	frames_free(&frames);
}
END_TEST

static void add(TCase *all)
{
	tcase_add_loop_test(all, splits, 0, UNIT_COUNT(stacks));
	tcase_add_test(all, continues_runs);
}

UNIT_MAIN("frames", add)
