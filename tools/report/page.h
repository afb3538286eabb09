#ifndef MEMAGENT_PAGE_H
#define MEMAGENT_PAGE_H
/*
 * page: writes index.html, which loads nothing but the pictures in its directory.
 *
 * Layer    tools; needs findings, figures, pictures, site_print.
 */
#include <stddef.h>
#include <stdio.h>

struct findings;
struct pictures;
struct site_view;

/* A flame graph in the directory of the page. */
struct page_flame {
	const char *file;
	const char *title;
	int height;
};

#define PAGE_FLAMES_MOST 2

struct page {
	const char *title;
	const char *about;   /* time of the points, version of the report */
	const char *command; /* command line of the report */
	double requests;
	const struct findings *findings;
	const struct pictures *pictures;
	const struct site_view *sites;
	const struct page_flame *flames;
	size_t flame_count;
};

/* Write ${page} to ${out}. */
void page_write(FILE *out, const struct page *page);

#endif
