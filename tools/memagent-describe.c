/*
 * memagent-describe: prints the *.def tables for docs/REFERENCE.md, the manual and the tests.
 *
 * usage: memagent-describe SECTION, one of sections[] below.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct option {
	const char *variable; /* without MEMAGENT_ */
	const char *flag;     /* without --; "" is none */
	const char *meta;
	const char *fallback;
	const char *doc;
};

static const struct option options[] = {
#define OPTION(id, variable, flag, meta, fallback, kind, accepted, doc)                            \
	{variable, flag, meta, fallback, doc},
#include "agent/settings/options.def"
#undef OPTION
};

struct row {
	const char *group;
	const char *name;
	const char *unit;
	const char *kind;
	const char *doc;
};

static const struct row fields[] = {
#define FIELD(id, unit, kind, source, doc) {#source, #id, unit, #kind, doc},
#include "agent/encode/fields.def"
#undef FIELD
};

static const struct row sizes[] = {
#define SIZE(index, id, doc) {"SIZES", #id, "objects", "COUNTER", doc},
#include "agent/encode/sizes.def"
#undef SIZE
};

static const struct row site_fields[] = {
#define SITE_FIELD(id, unit, kind, doc) {"SITE", #id, unit, #kind, doc},
#define SITE_COHORT(id, seconds, doc) {"SITE", #id, "bytes", "GAUGE", doc},
#define SITE_TEXT(id, doc) {"SITE", #id, "text", "TEXT", doc},
#include "agent/encode/site_fields.def"
};

/* Names of fields in the schema go-runtime; a field may have several. */
static const struct {
	const char *name;
	const char *field;
} go_names[] = {
#define GO(name, id) {name, #id},
#include "agent/encode/go_runtime.def"
#undef GO
};

/* The size buckets after the first differ in their bound only, so they share one row. */
#define SIZES_DOC "objects up to this many bytes and larger than the next smaller bound"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void print_lower(const char *text, char underscore)
{
	for (; *text != '\0'; text++)
		putchar(*text == '_' ? underscore : tolower((unsigned char)*text));
}

/* Print the text of a Markdown table cell, with each bar escaped. */
static void print_cell(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '|')
			putchar('\\');
		putchar(*text);
	}
}

static void print_code(const char *before, const char *text, const char *after)
{
	putchar('`');
	fputs(before, stdout);
	print_cell(text);
	print_cell(after);
	putchar('`');
}

static void print_options_markdown(void)
{
	char value[64];
	size_t i;

	puts("| variable | `memagent-run` | default | meaning |");
	puts("|---|---|---|---|");
	for (i = 0; i < LENGTH(options); i++) {
		const struct option *option = &options[i];

		fputs("| ", stdout);
		print_code("MEMAGENT_", option->variable, "");
		fputs(" | ", stdout);
		snprintf(value, sizeof(value), " %s", option->meta);
		if (*option->flag != '\0')
			print_code("--", option->flag, value);
		fputs(" | ", stdout);
		if (*option->fallback != '\0')
			print_code("", option->fallback, "");
		fputs(" | ", stdout);
		print_cell(option->doc);
		puts(" |");
	}
}

/* Print text for mdoc, broken into lines, because a line of mdoc should be short. */
static void print_mdoc_text(const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t length = strcspn(text, " ");

		if (column > 0 && column + 1 + length > 78) {
			putchar('\n');
			column = 0;
		}
		if (column > 0)
			putchar(' ');
		column += length + (column > 0);
		/* At the start of a line, a dot or an apostrophe would be a request. */
		if (column == length && (*text == '.' || *text == '\''))
			fputs("\\&", stdout);
		for (; length > 0; length--, text++)
			fputs(*text == '\\' ? "\\e" : (char[]){*text, '\0'}, stdout);
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void print_options_mdoc(void)
{
	size_t i;

	for (i = 0; i < LENGTH(options); i++) {
		printf(".It Ev MEMAGENT_%s\n", options[i].variable);
		print_mdoc_text(options[i].doc);
		if (*options[i].fallback != '\0')
			printf("(default\n.Ql %s )\n", options[i].fallback);
	}
}

static void print_go_names(const char *field)
{
	const char *separator = " ";
	size_t i;

	for (i = 0; i < LENGTH(go_names); i++) {
		if (strcmp(go_names[i].field, field) != 0)
			continue;
		printf("%s`%s`", separator, go_names[i].name);
		separator = ", ";
	}
}

static void print_row(const struct row *row)
{
	printf("| `%s` | %s | ", row->name, row->unit);
	print_cell(row->doc);
	fputs(" |", stdout);
	print_go_names(row->name);
	puts(" |");
}

static void print_fields_markdown(void)
{
	const char *group = "";
	size_t i;

	puts("| group | field | unit | meaning | name in the schema go-runtime |");
	puts("|---|---|---|---|---|");
	for (i = 0; i < LENGTH(fields); i++) {
		fputs("| ", stdout);
		if (strcmp(fields[i].group, group) != 0) {
			group = fields[i].group;
			print_lower(group, '_');
			putchar(' ');
		}
		print_row(&fields[i]);
	}
	fputs("| sizes ", stdout);
	print_row(&sizes[0]);
	printf("| | `%s`, `%s`, `%s` … `%s` | objects | " SIZES_DOC " | |\n", sizes[1].name,
	       sizes[2].name, sizes[3].name, sizes[LENGTH(sizes) - 1].name);
}

static void print_field_mdoc(const struct row *row)
{
	printf(".It Va %s Pq %s\n", row->name, row->unit);
	print_mdoc_text(row->doc);
}

static void print_fields_mdoc(void)
{
	size_t i;

	for (i = 0; i < LENGTH(fields); i++)
		print_field_mdoc(&fields[i]);
	print_field_mdoc(&sizes[0]);
	printf(".It Va %s No ... Va %s Pq %s\n", sizes[1].name, sizes[LENGTH(sizes) - 1].name,
	       sizes[1].unit);
	print_mdoc_text(SIZES_DOC);
}

static void print_site_fields_markdown(void)
{
	puts("| field | unit | meaning |");
	puts("|---|---|---|");
	for (size_t i = 0; i < LENGTH(site_fields); i++) {
		printf("| `%s` | %s | ", site_fields[i].name, site_fields[i].unit);
		print_cell(site_fields[i].doc);
		puts(" |");
	}
}

static void print_tsv(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		printf("%s\t%s\t", rows[i].name, rows[i].unit);
		print_lower(rows[i].kind, '_');
		putchar('\t');
		print_lower(rows[i].group, '_');
		putchar('\n');
	}
}

/* For scripts: name, unit, kind and group, with tabs between them. */
static void print_fields_tsv(void)
{
	print_tsv(fields, LENGTH(fields));
	print_tsv(sizes, LENGTH(sizes));
}

static void print_site_fields_tsv(void)
{
	print_tsv(site_fields, LENGTH(site_fields));
}

static const struct section {
	const char *name;
	void (*print)(void);
} sections[] = {
    {"options-markdown", print_options_markdown},
    {"options-mdoc", print_options_mdoc},
    {"fields-markdown", print_fields_markdown},
    {"fields-mdoc", print_fields_mdoc},
    {"fields-tsv", print_fields_tsv},
    {"site-fields-markdown", print_site_fields_markdown},
    {"site-fields-tsv", print_site_fields_tsv},
};

static int usage_error(const char *what)
{
	size_t i;

	fprintf(stderr, "memagent-describe: %s is not a section; expected one of:", what);
	for (i = 0; i < LENGTH(sections); i++)
		fprintf(stderr, " %s", sections[i].name);
	fputc('\n', stderr);
	return 2;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc != 2)
		return usage_error(argc < 2 ? "no argument" : "more than one argument");
	for (i = 0; i < LENGTH(sections); i++) {
		if (strcmp(argv[1], sections[i].name) != 0)
			continue;
		sections[i].print();
		/* Report a failed write: the output would be incomplete. */
		if (fflush(stdout) != 0 || ferror(stdout)) {
			perror("memagent-describe: standard output");
			return 1;
		}
		return 0;
	}
	return usage_error(argv[1]);
}
