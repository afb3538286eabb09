#ifndef MEMAGENT_PICTURES_H
#define MEMAGENT_PICTURES_H
/*
 * pictures: draws the points with gnuplot.
 *
 * Layer    tools; needs series, curves, names, gnuplot.
 */
#include <stddef.h>

struct series;

struct picture {
	const char *name; /* of its files, without .png or .svg */
	const char *title;
};

#define PICTURES_MOST 16

struct pictures {
	struct picture all[PICTURES_MOST];
	size_t count;
};

/*
 * pictures_draw(series, out):
 * Draw ${series} into files in the current directory.
 */
void pictures_draw(const struct series *series, struct pictures *out);

#endif
