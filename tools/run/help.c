/*
 * help: prints the text of memagent-run --help.
 */
#include <stdio.h>
#include <string.h>

#include "tools/run/flags.h"

enum {
	COLUMN = 27, /* where the descriptions start */
	WIDTH = 80,
};

static const struct {
	const char *flag, *doc;
} own[] = {
    {"--allocator own|jemalloc",
     "allocator that the command gets: own, the one that it has anyway (the "
     "default), or jemalloc, which is part of memagent and faster than most"},
    {"--check",
     "say whether the command can be metered and whether the server takes its points, "
     "and do not run it; the command may be left out; exit with 0 when all is well, else "
     "with 1"},
    {"--fail-on-leak",
     "wait for the command, and exit with 23 if it or a child of it leaks; the call sites that "
     "leak are printed with their stacks on standard error; the points go to a temporary file, "
     "or to that of --url"},
    {"--grace TIME",
     "with --fail-on-leak, what grows in this time after the start does not count, like 30s"},
    {"-h, --help", "print this text"},
    {"-v, --version", "print the version"},
};

/* Print ${text} from COLUMN on, wrapped.  ${column} is the current column. */
static void print_wrapped(int column, const char *text)
{
	const char *separator = "";

	if (column >= COLUMN) {
		putchar('\n');
		column = 0;
	}
	column += printf("%*s", COLUMN - column, "");
	while (*text != '\0') {
		int length = (int)strcspn(text, " ");

		if (column + 1 + length >= WIDTH) {
			column = printf("\n%*s", COLUMN, "") - 1;
			separator = "";
		}
		column += printf("%s%.*s", separator, length, text);
		separator = " ";
		text += length;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void print_flag(const struct flag *flag)
{
	char text[1024];

	if (flag->is_secret) {
		print_wrapped(printf("  MEMAGENT_%s", flag->variable), flag->doc);
		return;
	}
	snprintf(text, sizeof(text), "%s (MEMAGENT_%s%s%s)", flag->doc, flag->variable,
		 *flag->fallback == '\0' ? "" : ", default ", flag->fallback);
	print_wrapped(printf("  --%s %s", flag->name, flag->meta), text);
}

void flags_help(void)
{
	puts("usage: memagent-run [options] [--] command [args...]\n"
	     "Run the command, and report its heap to InfluxDB.\n");
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		print_wrapped(printf("  %s", own[i].flag), own[i].doc);
	for (size_t i = 0; i < flags_count; i++)
		if (!flags[i].is_secret)
			print_flag(&flags[i]);
	puts("\nBy environment variable only:");
	for (size_t i = 0; i < flags_count; i++)
		if (flags[i].is_secret)
			print_flag(&flags[i]);
}
