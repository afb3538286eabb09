#include "tools/report/escape.h"

#include <stdio.h>

#include "tests/unit/unit.h"

#define WRONG "\xef\xbf\xbd"

static char *escaped(const char *text, size_t most)
{
	char *out = NULL;
	size_t size;
	FILE *file = open_memstream(&out, &size);

	ck_assert_ptr_nonnull(file);
	if (most)
		escape_print_short(file, text, most);
	else
		escape_print(file, text);
	fclose(file);
	return out;
}

static const struct {
	const char *text;
	const char *escaped;
	size_t most;
} texts[] = {
    {"", "", 0},
    {"a<b>&\"'", "a&lt;b&gt;&amp;&quot;'", 0},
    {"</script>]]>", "&lt;/script&gt;]]&gt;", 0},
    {"\x01\t\n\x7f", WRONG WRONG WRONG WRONG, 0},
    {"é€😀", "é€😀", 0},
    {"\xff\xc0\x80", WRONG WRONG WRONG, 0},
    {"\xe2\x82", WRONG WRONG, 0},
    {"\xed\xa0\x80", WRONG WRONG WRONG, 0},	      /* a surrogate */
    {"\xef\xbf\xbf", WRONG WRONG WRONG, 0},	      /* U+FFFF */
    {"\xf4\x90\x80\x80", WRONG WRONG WRONG WRONG, 0}, /* behind U+10FFFF */
    {"\xe0\x80\x80", WRONG WRONG WRONG, 0},	      /* too long */
    {"abc", "abc", 3},
    {"abcd", "ab…", 3},
    {"é<😀x", "é&lt;…", 3},
};

START_TEST(escapes)
{
	char *out = escaped(texts[_i].text, texts[_i].most);

	ck_assert_str_eq(out, texts[_i].escaped);
	free(out);
}
END_TEST

static void add(TCase *all)
{
	tcase_add_loop_test(all, escapes, 0, UNIT_COUNT(texts));
}

UNIT_MAIN("escape", add)
