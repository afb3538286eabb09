#include "tools/report/pictures.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/report/curves.h"
#include "tools/report/gnuplot.h"
#include "tools/report/names.h"
#include "tools/report/series.h"
#include "tools/report/messages.h"

static const char *const colours[CURVES_PROCESSES] = {"1f77b4", "d9480f", "2f9e44",
						      "9c36b5", "c92a2a", "0b7285"};

#define ZERO_BYTES (-1) /* the bar of objects of 0 bytes; other bars are numbered by exponent */

struct unit {
	const char *name;
	double value;
};

struct drawing {
	const struct series *series;
	struct curves curves;
	FILE *script;
	char *labels[CURVES_PROCESSES];
	struct pictures *pictures;
	bool has_curve; /* the current plot command has a curve */
};

/* ---- units ---- */

static struct unit byte_unit(double value)
{
	if (value >= 1073741824)
		return (struct unit){"GiB", 1073741824};
	if (value >= 1048576)
		return (struct unit){"MiB", 1048576};
	return value >= 1024 ? (struct unit){"KiB", 1024} : (struct unit){"bytes", 1};
}

static struct unit count_unit(double value)
{
	if (value >= 1e9)
		return (struct unit){"billion ", 1e9};
	if (value >= 1e6)
		return (struct unit){"million ", 1e6};
	return value >= 1e4 ? (struct unit){"thousand ", 1e3} : (struct unit){"", 1};
}

/* ---- parts of a script ---- */

static bool is_single(const struct drawing *d)
{
	return d->curves.count == 1;
}

static void print_title(const struct drawing *d, const char *title)
{
	fputs("set label 1 ", d->script);
	gnuplot_print_quoted(d->script, title);
	fputs(" at graph 0, screen 0.93 left noenhanced font ',13' textcolor rgb '#1f2933'\n",
	      d->script);
}

static void print_x_label(const struct drawing *d, const char *label)
{
	fprintf(d->script, "set xlabel '%s", label);
	if (d->curves.count < d->series->count)
		fprintf(d->script, "; %zu of %zu processes shown, those with the most live bytes",
			d->curves.count, d->series->count);
	fputs("'\n", d->script);
}

static void print_axes(const struct drawing *d, const char *unit, const char *unit_end)
{
	const struct curves *c = &d->curves;
	char text[128];

	print_x_label(d, c->unit_name);
	fputs("set xrange [0:", d->script);
	curves_print_number(d->script, c->seconds > 0 ? c->seconds / c->unit_s : 1);
	fputs("]\nset ylabel ", d->script);
	snprintf(text, sizeof(text), "%s%s", unit, unit_end);
	gnuplot_print_quoted(d->script, text);
	fputc('\n', d->script);
	/* The key of a single process has at most two entries and fits beside the title. */
	if (!is_single(d))
		fputs("set bmargin 6.5\n"
		      "set key at graph 0.5, screen 0.02 center bottom horizontal maxrows 2\n",
		      d->script);
}

/* Add a curve to the plot command.  If ${name} is "", the key does not list it. */
static void print_curve(struct drawing *d, size_t process, enum curve column, double scale,
			const char *name, const char *style)
{
	fprintf(d->script, "%s'$process%zu' using 1:($%d/", d->has_curve ? ", \\\n\t" : "plot ",
		process + 1, (int)column);
	curves_print_number(d->script, scale);
	fprintf(d->script, ") %s ", style);
	if (name[0]) {
		fputs("title ", d->script);
		gnuplot_print_quoted(d->script, name);
	} else {
		fputs("notitle", d->script);
	}
	d->has_curve = true;
}

static const char *key_name(const struct drawing *d, size_t process, const char *what)
{
	return is_single(d) ? what : d->labels[process];
}

/* ---- the kinds of pictures ---- */

/* A picture of one or two curves per process. */
struct plan {
	const char *name;
	const char *title;
	const char *title_of_many; /* for several processes; NULL: the same */
	enum curve first;
	enum curve second; /* 0: none */
	const char *what_first;
	const char *what_second;
	const char *points; /* point style, if single points must be visible; or NULL */
	bool is_filled;
};

/*
 * With a single process, the two curves have two colours.  With several, each process has one
 * colour, and its second curve is dashed.
 */
static void print_pair(struct drawing *d, const struct plan *plan, size_t i, double scale)
{
	bool single = is_single(d);
	char style[128], lines[64] = "with lines";

	if (plan->points)
		snprintf(lines, sizeof(lines), "with linespoints %s", plan->points);
	if (plan->is_filled && single) {
		snprintf(style, sizeof(style),
			 "with filledcurves y1=0 fs transparent solid 0.15 noborder lc rgb '#%s'",
			 colours[0]);
		print_curve(d, i, plan->first, scale, "", style);
	}
	snprintf(style, sizeof(style), "%s lw 2 lc rgb '#%s'", lines, colours[i]);
	print_curve(d, i, plan->first, scale, key_name(d, i, plan->what_first), style);
	if (plan->second == 0)
		return;
	snprintf(style, sizeof(style), "%s lw %s lc rgb '#%s'%s", lines, single ? "2" : "1.5",
		 colours[single ? 1 : i], single ? "" : " dt (10,6)");
	print_curve(d, i, plan->second, scale, single ? plan->what_second : "", style);
}

/* Write the script of a picture, as PNG and as SVG.  ${print} writes its axes and curves. */
static void draw(struct drawing *d, const char *name, const char *title,
		 void (*print)(struct drawing *d, const void *arg), const void *arg)
{
	static const char *const terminals[] = {"png", "svg"};

	for (size_t i = 0; i < sizeof(terminals) / sizeof(terminals[0]); i++) {
		gnuplot_print_style(d->script, name, terminals[i]);
		print_title(d, title);
		d->has_curve = false;
		print(d, arg);
		fputs("\nunset output\n", d->script);
	}
	d->pictures->all[d->pictures->count++] = (struct picture){name, title};
}

struct scaled_plan {
	const struct plan *plan;
	struct unit unit;
	const char *unit_end;
};

static void print_lines(struct drawing *d, const void *arg)
{
	const struct scaled_plan *s = arg;

	print_axes(d, s->unit.name, s->unit_end);
	if (d->curves.bottom[s->plan->first] < 0)
		fputs("set yrange [*:*]\nset xzeroaxis lt 1 lc rgb '#9aa5b1'\n", d->script);
	for (size_t i = 0; i < d->curves.count; i++)
		print_pair(d, s->plan, i, s->unit.value);
}

/* Draw ${plan}, unless it has no data. */
static void draw_lines(struct drawing *d, const struct plan *plan,
		       struct unit (*unit)(double value), const char *unit_end)
{
	const struct curves *c = &d->curves;
	double top = fmax(fmax(c->top[plan->first], -c->bottom[plan->first]), c->top[plan->second]);
	const struct scaled_plan scaled = {plan, unit(top), unit_end};

	if (plan->second ? !c->has_data[plan->first] : top == 0)
		return;
	draw(d, plan->name,
	     is_single(d) || !plan->title_of_many ? plan->title : plan->title_of_many, print_lines,
	     &scaled);
}

static void print_trims(struct drawing *d, const void *arg)
{
	char style[64];

	(void)arg;
	print_axes(d, "ms", "");
	for (size_t i = 0; i < d->curves.count; i++) {
		snprintf(style, sizeof(style), "with impulses lw 3 lc rgb '#%s'", colours[i]);
		print_curve(d, i, CURVE_PAUSE, 1e6, key_name(d, i, ""), style);
	}
}

/* ---- the sizes ---- */

static double made_of(const struct drawing *d, int bar)
{
	return d->curves.sizes[bar == ZERO_BYTES ? COUNTERS_SIZES - 1 : bar];
}

static void print_size(FILE *out, int bar)
{
	static const char *const units[] = {"", " Ki", " Mi", " Gi", " Ti"};

	if (bar == ZERO_BYTES)
		fputc('0', out);
	else
		fprintf(out, "%d%s", 1 << bar % 10, units[bar / 10]);
}

struct bars {
	int first;
	int last;
	struct unit unit;
};

static void print_bars(struct drawing *d, const void *arg)
{
	const struct bars *b = arg;
	int each = (b->last - b->first) / 16 + 1; /* 16 labels fit */

	print_axes(d, b->unit.name, "objects");
	print_x_label(d, "object size in bytes, at most");
	fprintf(d->script,
		"set xrange [%.6g:%.6g]\nset boxwidth 0.7\n"
		"set style fill solid 0.85 noborder\nunset key\nset xtics (",
		b->first - 0.6, b->last + 0.6);
	for (int bar = b->first; bar <= b->last; bar += each) {
		fputs(bar == b->first ? "'" : ", '", d->script);
		print_size(d->script, bar);
		fprintf(d->script, "' %d", bar);
	}
	fprintf(d->script, ") scale 0\nplot '$sizes' using 1:2 with boxes lc rgb '#%s'",
		colours[0]);
}

static void draw_sizes(struct drawing *d)
{
	enum { LAST_BAR = COUNTERS_SIZES - 2 };
	struct bars b = {.first = LAST_BAR + 1};
	double largest = 0;

	for (int bar = ZERO_BYTES; bar <= LAST_BAR; bar++) {
		if (made_of(d, bar) <= 0)
			continue;
		b.first = bar < b.first ? bar : b.first;
		b.last = bar;
		largest = fmax(largest, made_of(d, bar));
	}
	if (largest == 0)
		return;
	b.unit = count_unit(largest);
	fputs("$sizes << END\n", d->script);
	for (int bar = b.first; bar <= b.last; bar++)
		fprintf(d->script, "%d\t%.9g\n", bar, made_of(d, bar) / b.unit.value);
	fputs("END\n", d->script);
	draw(d, "sizes", "Objects allocated, by requested size", print_bars, &b);
}

/* ---- all of them ---- */

static struct unit no_unit(double value)
{
	(void)value;
	return (struct unit){"", 1};
}

static void draw_all(struct drawing *d)
{
	static const struct plan heap = {"heap",
					 "Live bytes and resident set",
					 "Live bytes (solid) and resident set (dashed)",
					 CURVE_LIVE,
					 CURVE_RESIDENT,
					 "live",
					 "resident",
					 NULL,
					 true};
	static const struct plan allocator = {
	    "allocator",
	    "Memory of the allocator, and the part in use",
	    "Memory of the allocator (solid), and the part in use (dashed)",
	    CURVE_HEAP_SYS,
	    CURVE_HEAP_INUSE,
	    "total",
	    "in use",
	    "pt 7 ps 0.3",
	    false};
	static const struct plan objects = {"objects", "Live objects", NULL, CURVE_OBJECTS, 0, "",
					    "",	       NULL,	       false};
	static const struct plan rates = {"rates",
					  "Objects allocated and freed per second",
					  "Objects allocated (solid) and freed (dashed) per second",
					  CURVE_MADE,
					  CURVE_FREED,
					  "allocated",
					  "freed",
					  NULL,
					  false};
	static const struct plan bytes = {
	    "bytes", "Bytes allocated per second", NULL, CURVE_BYTES, 0, "", "", NULL, false};
	static const struct plan growth = {"growth", "Growth of the live bytes per minute",
					   NULL,     CURVE_GROWTH,
					   0,	     "",
					   "",	     NULL,
					   false};
	static const struct plan threads = {"threads", "Threads", NULL, CURVE_THREADS, 0,
					    "",	       "",	  NULL, false};
	static const struct plan sys = {"sys", "Address space", NULL, CURVE_SYS, 0, "", "", NULL,
					false};
	static const struct plan stack = {
	    "stack", "Stack of the main thread", NULL, CURVE_STACK, 0, "", "", NULL, false};

	draw_lines(d, &heap, byte_unit, "");
	draw_lines(d, &allocator, byte_unit, "");
	draw_lines(d, &objects, count_unit, "objects");
	draw_lines(d, &rates, count_unit, "objects / s");
	draw_lines(d, &bytes, byte_unit, " / s");
	draw_lines(d, &growth, byte_unit, " / min");
	if (d->curves.top[CURVE_PAUSE] > 0)
		draw(d, "trim", "Pause of each trim", print_trims, NULL);
	draw_sizes(d);
	draw_lines(d, &threads, no_unit, "threads");
	draw_lines(d, &sys, byte_unit, "");
	draw_lines(d, &stack, byte_unit, "");
}

void pictures_draw(const struct series *series, struct pictures *out)
{
	struct drawing d = {.series = series, .script = tmpfile(), .pictures = out};

	if (d.script == NULL)
		messages_fail("cannot create a temporary file: %s", strerror(errno));
	*out = (struct pictures){.count = 0};
	curves_make(series, d.script, &d.curves);
	for (size_t i = 0; i < d.curves.count; i++)
		d.labels[i] = names_short(series, d.curves.processes[i]);
	draw_all(&d);
	messages_progress("drawing %zu pictures ...", out->count);
	gnuplot_run(d.script);
	fclose(d.script);
	for (size_t i = 0; i < d.curves.count; i++)
		free(d.labels[i]);
}
