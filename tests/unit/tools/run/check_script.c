#include "tools/run/script.h"

#include "tests/unit/unit.h"

static const struct {
	const char *text, *interpreter, *program;
} scripts[] = {
    {"#!/bin/sh\nexec true\n", "/bin/sh", ""},
    {"#! \t/bin/sh -e \n", "/bin/sh", ""},
    {"#!/bin/sh", "/bin/sh", ""},
    {"echo no first line\n", "/bin/sh", ""},
    {"", "/bin/sh", ""},
    {"#!\n", "/bin/sh", ""},
    {"#!   \n/bin/cat", "/bin/sh", ""},
    {"#!/bin/sh\r\n", "/bin/sh\r", ""},
    {"#!/usr/bin/env python3\n", "/usr/bin/env", "python3"},
    {"#!env perl\n", "env", "perl"},
    {"#!/usr/bin/env  a b \n", "/usr/bin/env", "a b"},
    {"#!/usr/bin/env\n", "/usr/bin/env", ""},
    {"#!/usr/bin/env -i\n", "/usr/bin/env", ""},
    {"#!/usr/bin/env A=1\n", "/usr/bin/env", ""},
    {"#!/usr/bin/env -S perl -w\n", "/usr/bin/env", "perl"},
    {"#!/usr/bin/env -Sperl -w\n", "/usr/bin/env", "perl"},
    {"#!/usr/bin/env -iS perl\n", "/usr/bin/env", "perl"},
    {"#!/usr/bin/env -S A=1 B=2 perl C=3\n", "/usr/bin/env", "perl"},
    {"#!/usr/bin/env -S -u A -C /tmp perl\n", "/usr/bin/env", "perl"},
    {"#!/usr/bin/env --split-string=perl -w\n", "/usr/bin/env", "perl"},
    {"#!/usr/bin/env --split-string perl\n", "/usr/bin/env", "perl"},
    {"#!/usr/bin/env --split-strings perl\n", "/usr/bin/env", ""},
    {"#!/usr/bin/env -S --split-strings perl\n", "/usr/bin/env", "perl"},
    {"#!/usr/bin/env -S A=1\n", "/usr/bin/env", ""},
    {"#!/usr/bin/env -S -u\n", "/usr/bin/env", ""},
    {"#!/usr/bin/environment x\n", "/usr/bin/environment", ""},
};

START_TEST(tells_the_interpreter)
{
	struct script script;

	script_read(scripts[_i].text, &script);
	ck_assert_str_eq(script.interpreter, scripts[_i].interpreter);
	ck_assert_str_eq(script.program, scripts[_i].program);
}
END_TEST

START_TEST(cuts_a_line_that_is_too_long)
{
	char text[1024] = "#!/";
	struct script script;

	unit_repeat(text + 3, 'x', 1000);
	script_read(text, &script);
	ck_assert_uint_lt(strlen(script.interpreter), SCRIPT_BYTES);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, tells_the_interpreter, 0, UNIT_COUNT(scripts));
	tcase_add_test(all, cuts_a_line_that_is_too_long);
}

UNIT_MAIN("script", add_tests)
