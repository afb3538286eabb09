#ifndef MEMAGENT_SITE_PRINT_H
#define MEMAGENT_SITE_PRINT_H
/*
 * site_print: writes the tables of sites and their stacks.
 *
 * Layer    tools; needs site_view, escape.
 */
#include <stdio.h>

struct site_view;

/* Write ${view} as text; nothing if it has no tables. */
void site_print_text(FILE *out, const struct site_view *view);

/* Write the stacks of the sites that leak. */
void site_print_leaks(FILE *out, const struct site_view *view);

/* The same as HTML. */
void site_print_page(FILE *out, const struct site_view *view);

#endif
