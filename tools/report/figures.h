#ifndef MEMAGENT_FIGURES_H
#define MEMAGENT_FIGURES_H
/*
 * figures: a diagnosis as numbers, for figures.tsv and the tables of the page.
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
 * Write the known figures of ${d} to ${out}, those per request only if ${requests} is not 0. Return
 * their number.
 */
size_t figures_list(const struct diagnosis *d, double requests, struct figure out[FIGURES_MOST]);

#endif
