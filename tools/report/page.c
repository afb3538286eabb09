#include "tools/report/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/report/alloc.h"
#include "tools/report/escape.h"
#include "tools/report/figures.h"
#include "tools/report/findings.h"
#include "tools/report/flame.h"
#include "tools/report/pictures.h"
#include "tools/report/site_print.h"
#include "tools/report/site_view.h"

static const char style[] =
    "body { margin: 0; background: #f5f7fa; color: #1f2933; "
    "font: 16px/1.5 system-ui, \"DejaVu Sans\", sans-serif; }\n"
    "main { max-width: 1000px; margin: 0 auto; padding: 24px 16px 48px; }\n"
    "h1 { font-size: 26px; margin: 8px 0 16px; }\n"
    ".about { color: #52606d; font-size: 14px; overflow-wrap: anywhere; }\n"
    ".verdict { background: #fff; border-left: 6px solid #2f9e44; border-radius: 4px; "
    "padding: 12px 16px; margin: 0 0 12px; overflow-wrap: anywhere; }\n"
    ".verdict.leaks { border-color: #c92a2a; }\n"
    ".verdict strong { display: block; font-size: 20px; line-height: 1.3; margin-bottom: 8px; }\n"
    ".verdict strong + strong { font-size: 16px; }\n"
    ".verdict.grows { border-color: #f08c00; }\n"
    ".verdict.unknown { border-color: #9aa5b1; }\n"
    "figure { background: #fff; border-radius: 4px; margin: 16px 0; padding: 8px; }\n"
    "img, object { display: block; width: 100%; height: auto; }\n"
    "table { border-collapse: collapse; background: #fff; margin: 16px 0; width: 100%; "
    "font-size: 14px; }\n"
    "caption { text-align: left; font-weight: 600; padding: 8px 0; }\n"
    "th, td { text-align: left; padding: 4px 12px; border-bottom: 1px solid #e4e7eb; "
    "font-weight: 400; }\n"
    "td { text-align: right; font-variant-numeric: tabular-nums; }\n"
    ".sites th, .sites td { padding: 4px 6px; }\n"
    ".sites td, .sites th[scope=col] { text-align: right; white-space: nowrap; }\n"
    ".sites th:last-child { text-align: left; width: 100%; overflow-wrap: anywhere; }\n"
    ".flame { max-height: 640px; overflow: auto; }\n"
    "details { margin: 4px 0; font-size: 14px; overflow-wrap: anywhere; }\n";

/* Write ${before}, ${text} escaped for HTML, and ${after}. */
static void print(FILE *out, const char *before, const char *text, const char *after)
{
	fputs(before, out);
	escape_print(out, text);
	fputs(after, out);
}

static void print_value(FILE *out, const struct figure *figure)
{
	double value = figure->value;

	if (figure->unit == FIGURE_BYTES && fabs(value) >= 1048576)
		fprintf(out, "%.1f MiB", value / 1048576);
	else if (figure->unit == FIGURE_BYTES && fabs(value) >= 1024)
		fprintf(out, "%.1f KiB", value / 1024);
	else if (figure->unit == FIGURE_BYTES)
		fprintf(out, "%.1f bytes", value);
	else if (figure->unit == FIGURE_NS)
		fprintf(out, "%.2f ms", value / 1e6);
	else if (figure->unit == FIGURE_SECONDS)
		fprintf(out, "%.1f s", value);
	else
		fprintf(out, "%.15g", value);
}

static void print_head(FILE *out, const struct page *page)
{
	print(out,
	      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
	      page->title, "</title>\n<style>\n");
	fputs(style, out);
	print(out, "</style>\n</head>\n<body>\n<main>\n<h1>", page->title, "</h1>\n");
	print(out, "<p class=\"about\">", page->about, "<br>\n");
	print(out, "<code>", page->command, "</code></p>\n");
}

/* Write each line of ${leaks} as a line of the page. */
static void print_leaks(FILE *out, const char *leaks)
{
	while (*leaks) {
		size_t n = strcspn(leaks, "\n");
		char *line = alloc_check(strndup(leaks, n));

		print(out, "<strong>", line, "</strong>\n");
		free(line);
		leaks += n + (leaks[n] == '\n');
	}
}

/* The sites that leak are the first that a reader sees. */
static void print_verdicts(FILE *out, const struct findings *findings, char *const *leaks)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->all[i];
		const char *class = diagnosis_class_name(f->diagnosis.class);

		if (f->paragraph == NULL)
			continue;
		fprintf(out, "<p class=\"verdict %s\">", leaks[i] ? "leaks" : class);
		if (leaks[i])
			print_leaks(out, leaks[i]);
		print(out, "", f->paragraph, "</p>\n");
		if (f->remark)
			print(out, "<p>", f->remark, "</p>\n");
	}
}

static void print_pictures(FILE *out, const struct pictures *pictures, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		fprintf(out, "<figure><img src=\"%s.svg\"", pictures->all[i].name);
		print(out, " alt=\"", pictures->all[i].title,
		      "\" width=\"960\" height=\"360\"></figure>\n");
	}
}

/* In an <object> the script of the picture runs, which it does not in an <img>. */
static void print_flames(FILE *out, const struct page *page)
{
	for (size_t i = 0; i < page->flame_count; i++) {
		const struct page_flame *flame = &page->flames[i];

		fprintf(out,
			"<figure><div class=\"flame\"><object type=\"image/svg+xml\" data=\"%s\" "
			"width=\"%d\" "
			"height=\"%d\">%s</object></div>\n<a class=\"about\" href=\"%s\">",
			flame->file, FLAME_WIDTH, flame->height, flame->title, flame->file);
		fputs("Open it alone</a></figure>\n", out);
	}
}

static void print_tables(FILE *out, const struct page *page)
{
	struct figure figures[FIGURES_MOST];

	for (size_t i = 0; i < page->findings->count; i++) {
		const struct finding *f = &page->findings->all[i];
		size_t n;

		if (f->paragraph == NULL)
			continue;
		print(out, "<table><caption>", f->who, "</caption>\n");
		n = figures_list(&f->diagnosis, page->requests, figures);
		for (size_t k = 0; k < n; k++) {
			print(out, "<tr><th scope=\"row\">", figures[k].label, "</th><td>");
			print_value(out, &figures[k]);
			fputs("</td></tr>\n", out);
		}
		fputs("</table>\n", out);
	}
}

void page_write(FILE *out, const struct page *page)
{
	const size_t first = page->pictures->count > 0;

	print_head(out, page);
	print_verdicts(out, page->findings, page->sites->leaks);
	print_pictures(out, page->pictures, 0, first);
	site_print_page(out, page->sites);
	print_flames(out, page);
	print_pictures(out, page->pictures, first, page->pictures->count);
	print_tables(out, page);
	fputs("</main>\n</body>\n</html>\n", out);
}
