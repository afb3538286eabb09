#ifndef MEMAGENT_FLAME_H
#define MEMAGENT_FLAME_H
/*
 * flame: a flame graph as SVG, which can be zoomed and searched.
 *
 * The root is at the top, so that a few deep stacks do not push the rest out of sight.
 * The file needs nothing else.  Its script has no text of the program: names are in elements.
 *
 * Layer    tools; needs tree, words, escape, utf8.
 * Source   SVG 1.1; Brendan Gregg, "Flame Graphs", for what the picture means.
 */
#include <stdio.h>

struct tree;

enum flame_colour { FLAME_LIVE, FLAME_GROWTH };

/* The width of the picture; its height depends on the tree. */
#define FLAME_WIDTH 1000

/* Return the height of the picture. */
int flame_height(const struct tree *tree);

/* Write ${tree}, whose values are bytes, to ${out}. */
void flame_write(FILE *out, const struct tree *tree, const char *title, enum flame_colour colour);

#endif
