#include "tools/report/flame.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/report/escape.h"
#include "tools/report/flame_script.h"
#include "tools/report/tree.h"
#include "tools/report/words.h"

#define LEVEL_HEIGHT 18
#define ABOVE 48 /* the title, the buttons, and a line about the frame under the mouse */
#define BELOW 4
#define CHARACTER_WIDTH 7.3 /* as in the script */
#define LEAST_CHARACTERS 3
#define LEAST_WIDTH 0.1 /* of a frame that is drawn */

struct drawing {
	FILE *out;
	enum flame_colour colour;
	double all; /* value of the root */
};

int flame_height(const struct tree *tree)
{
	return ABOVE + (int)tree->depth * LEVEL_HEIGHT + BELOW;
}

/* ---- a frame ---- */

static uint32_t hash(const char *name)
{
	uint32_t h = 2166136261;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619;
	return h ^ h >> 15;
}

/* The same function has the same colour in all pictures.  All are light: the text is dark. */
static void print_colour(const struct drawing *d, const struct tree_node *node)
{
	uint32_t h = hash(node->name);
	unsigned a = h % 71, b = h / 71 % 51;

	if (!node->is_code)
		fputs("#d3d9e0", d->out);
	else if (d->colour == FLAME_GROWTH)
		fprintf(d->out, "#%02x%02x%02x", 255 - b / 5, 150 + a * 2 / 3, 130 + a);
	else
		fprintf(d->out, "#%02x%02x%02x", 255 - b / 5, 160 + a, 80 + b);
}

static void print_title(const struct drawing *d, const struct tree_node *node)
{
	fputs("<title>", d->out);
	escape_print(d->out, node->name);
	fprintf(d->out, "\n%s, %.1f %%</title>", words_bytes(node->value).text,
		node->value / d->all * 100);
}

static void print_frame(const struct drawing *d, const struct tree_node *node)
{
	double x = node->from / d->all * FLAME_WIDTH, width = node->value / d->all * FLAME_WIDTH;
	int y = ABOVE + (int)node->level * LEVEL_HEIGHT;
	int characters = (int)((width - 6) / CHARACTER_WIDTH);

	fprintf(d->out, "<g class=\"f\" data-d=\"%zu\" data-x=\"%.0f\" data-v=\"%.0f\">",
		node->level, node->from, node->value);
	print_title(d, node);
	fprintf(d->out, "<rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\" fill=\"", x, y,
		fmax(width - 0.5, LEAST_WIDTH), LEVEL_HEIGHT - 1);
	print_colour(d, node);
	fputs("\"/>", d->out);
	if (characters >= LEAST_CHARACTERS) {
		fprintf(d->out, "<text x=\"%.2f\" y=\"%d\">", x + 3, y + 13);
		escape_print_short(d->out, node->name, (size_t)characters);
		fputs("</text>", d->out);
	}
	fputs("</g>\n", d->out);
}

static void print_frames(const struct drawing *d, const struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++)
		if (tree->nodes[i]->value / d->all * FLAME_WIDTH >= LEAST_WIDTH)
			print_frame(d, tree->nodes[i]);
}

/* ---- the picture ---- */

static const char style[] =
    "text { font: 12px ui-monospace, \"DejaVu Sans Mono\", monospace; fill: #1f2933; }\n"
    ".title { font: 600 14px system-ui, \"DejaVu Sans\", sans-serif; }\n"
    ".button { cursor: pointer; fill: #0b5394; text-decoration: underline; }\n"
    ".f { cursor: pointer; }\n"
    ".f text { pointer-events: none; }\n"
    ".f:hover rect { stroke: #1f2933; stroke-width: 0.5; }\n"
    ".above { opacity: 0.6; }\n"
    ".match rect { fill: #da77f2; }\n";

void flame_write(FILE *out, const struct tree *tree, const char *title, enum flame_colour colour)
{
	const int height = flame_height(tree);
	const struct drawing d = {out, colour, tree->nodes[0]->value};

	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
		"height=\"%d\">\n<style>\n%s</style>\n",
		FLAME_WIDTH, height, FLAME_WIDTH, height, style);
	fprintf(out, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", FLAME_WIDTH, height);
	fputs("<text class=\"title\" x=\"4\" y=\"18\">", out);
	escape_print(out, title);
	fprintf(out,
		"</text>\n<text class=\"reset button\" x=\"4\" y=\"38\" role=\"button\" "
		"tabindex=\"0\" style=\"display: none\">Reset zoom</text>\n"
		"<text class=\"search button\" x=\"%d\" y=\"38\" text-anchor=\"end\" "
		"role=\"button\" tabindex=\"0\" style=\"display: none\">Search</text>\n"
		"<text class=\"matched\" x=\"%d\" y=\"18\" text-anchor=\"end\"></text>\n"
		"<text class=\"details\" x=\"90\" y=\"38\"></text>\n",
		FLAME_WIDTH - 4, FLAME_WIDTH - 4);
	if (d.all > 0)
		print_frames(&d, tree);
	fprintf(out, "<script><![CDATA[\n%s]]></script>\n</svg>\n", flame_script);
}
