#ifndef MEMAGENT_SITE_VIEW_H
#define MEMAGENT_SITE_VIEW_H
/*
 * site_view: what a report shows of the sites: which leak, a table for each process, some stacks.
 *
 * Layer    tools; needs findings, site_table, leak_words, frames, source, words, alloc.
 */
#include <stddef.h>

#include "tools/report/words.h"

struct findings;
struct site_table;

#define SITE_VIEW_ROWS 10
#define SITE_VIEW_STACKS 3
#define SITE_VIEW_FRAMES 24 /* of a stack, the innermost */
#define SITE_VIEW_TABLES 6
#define SITE_VIEW_CELLS 7

/* The heads of the columns; the function comes after them. */
extern const char *const site_view_heads[SITE_VIEW_CELLS];

/* "push_global (server.c:212)" */
struct site_call {
	char *function;
	char *place; /* "": unknown */
};

struct site_view_row {
	struct words cells[SITE_VIEW_CELLS];
	struct site_call call;
};

/* Innermost first. */
struct site_view_stack {
	struct site_call *calls;
	size_t count;
	size_t room;
	size_t left_out; /* calls that are not shown */
};

struct site_view_table {
	const char *who;
	const struct site_table *sites;
	struct site_view_row rows[SITE_VIEW_ROWS + 1]; /* the last may be "other" */
	size_t row_count;
	struct site_view_stack stacks[SITE_VIEW_STACKS]; /* of the first rows */
	size_t stack_count;
};

struct site_view {
	struct site_view_table tables[SITE_VIEW_TABLES];
	size_t count;
	char **leaks; /* for each finding, sentences that say which sites leak, or NULL */
};

/*
 * site_view_make(findings, out):
 * Make the tables of the first findings that are shown and have sites, and the sentences of all
 * that are shown.
 */
void site_view_make(const struct findings *findings, struct site_view *out);

#endif
