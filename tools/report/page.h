#ifndef MEMAGENT_PAGE_H
#define MEMAGENT_PAGE_H
/*
 * page: index.html, which needs nothing but the pictures beside it.
 *
 * Layer    tools; needs findings, figures, pictures.
 */
#include <stdio.h>

struct findings;
struct pictures;

struct page {
	const char *title;
	const char *about;   /* when the points are from, and what made the report */
	const char *command; /* that made it */
	double requests;
	const struct findings *findings;
	const struct pictures *pictures;
};

/* Write ${page} to ${out}. */
void page_write(FILE *out, const struct page *page);

#endif
