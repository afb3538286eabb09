#include "tools/run/library.h"

#include "tests/unit/unit.h"

static const struct {
	const char *before, *after;
} joined[] = {
    {NULL, "/a/lib.so"},
    {"", "/a/lib.so"},
    {"/b.so", "/a/lib.so:/b.so"},
    {"/b.so /c.so", "/a/lib.so:/b.so /c.so"},
    {"/a/lib.so", "/a/lib.so"},
    {"/b.so:/a/lib.so", "/b.so:/a/lib.so"},
    {"/b.so /a/lib.so :/c.so", "/b.so /a/lib.so :/c.so"},
    {"/a/lib.so.6", "/a/lib.so:/a/lib.so.6"},
    {"/a/lib", "/a/lib.so:/a/lib"},
    {"::", "/a/lib.so:::"},
};

START_TEST(puts_the_library_first)
{
	char *got = library_join("/a/lib.so", joined[_i].before);

	ck_assert_pstr_eq(got, joined[_i].after);
	free(got);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, puts_the_library_first, 0, UNIT_COUNT(joined));
}

UNIT_MAIN("library", add_tests)
