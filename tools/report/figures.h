#ifndef MEMAGENT_FIGURES_H
#define MEMAGENT_FIGURES_H
/*
 * figures: a diagnosis in numbers, for figures.tsv and for the tables of the page.
 *
 * Layer    tools; needs diagnosis.
 */
#include <stddef.h>

struct diagnosis;

enum figure_unit { FIGURE_COUNT, FIGURE_BYTES, FIGURE_NS, FIGURE_SECONDS };

struct figure {
	const char *name;  /* in figures.tsv */
	const char *label; /* on the page */
	enum figure_unit unit;
	double value;
};

#define FIGURES_MOST 24

/*
 * figures_list(d, requests, out):
 * Write the figures of ${d} that are known to ${out}, for ${requests} served or 0.  Return how
 * many there are.
 */
size_t figures_list(const struct diagnosis *d, double requests, struct figure out[FIGURES_MOST]);

#endif
