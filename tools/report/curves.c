#include "tools/report/curves.h"

#include <math.h>
#include <stdlib.h>

#include "tools/report/series.h"
#include "tools/report/thin.h"

#define GROWTH_POINTS 5 /* growth is averaged over this many points */

/* ---- which processes ---- */

static double peak_of(const struct series_process *p)
{
	double peak = -1;

	for (size_t i = 0; i < p->count; i++)
		peak = fmax(peak, p->samples[i].value[SERIES_heap_alloc_bytes]);
	return peak;
}

static void choose_processes(const struct series *series, struct curves *c)
{
	double peaks[CURVES_PROCESSES] = {0};

	for (size_t i = 0; i < series->count; i++) {
		double peak = peak_of(series->processes[i]);
		size_t at = c->count;

		while (at > 0 && peak > peaks[at - 1])
			at--;
		if (at == CURVES_PROCESSES)
			continue;
		if (c->count < CURVES_PROCESSES)
			c->count++;
		for (size_t k = c->count - 1; k > at; k--) {
			peaks[k] = peaks[k - 1];
			c->processes[k] = c->processes[k - 1];
		}
		peaks[at] = peak;
		c->processes[at] = i;
	}
}

/* ---- the time axis ---- */

static int64_t begin_of(const struct series *series)
{
	int64_t begin = INT64_MAX;

	for (size_t i = 0; i < series->count; i++)
		if (series->processes[i]->samples[0].time_ms < begin)
			begin = series->processes[i]->samples[0].time_ms;
	return begin;
}

static int64_t end_of(const struct series *series)
{
	int64_t end = INT64_MIN;

	for (size_t i = 0; i < series->count; i++) {
		const struct series_process *p = series->processes[i];

		if (p->samples[p->count - 1].time_ms > end)
			end = p->samples[p->count - 1].time_ms;
	}
	return end;
}

static void choose_unit(struct curves *c)
{
	if (c->seconds > 10800) {
		c->unit_s = 3600;
		c->unit_name = "hours";
	} else if (c->seconds > 600) {
		c->unit_s = 60;
		c->unit_name = "minutes";
	} else {
		c->unit_s = 1;
		c->unit_name = "seconds";
	}
}

/* ---- values ---- */

static double seconds_between(const struct series_sample *a, const struct series_sample *b)
{
	return (double)b->time_ms / 1000 - (double)a->time_ms / 1000;
}

/* Return the growth per second from ${a} to ${b}; NAN if unknown, or if the process restarted. */
static double rate(const struct series_sample *a, const struct series_sample *b,
		   enum series_field field)
{
	if (a == NULL || !(b->value[field] >= a->value[field]))
		return NAN;
	return (b->value[field] - a->value[field]) / seconds_between(a, b);
}

static double growth(const struct series_process *p, const struct thin *thin, size_t i)
{
	const struct series_sample *a, *b = &p->samples[thin->kept[i]];

	if (i < GROWTH_POINTS)
		return NAN;
	a = &p->samples[thin->kept[i - GROWTH_POINTS]];
	return 60 * (b->value[SERIES_heap_alloc_bytes] - a->value[SERIES_heap_alloc_bytes]) /
	       seconds_between(a, b);
}

static double pause_of(const struct series_sample *a, const struct series_sample *b)
{
	/* A comparison with an unknown earlier count is false: then all trims are new. */
	if (a == NULL || isnan(b->value[SERIES_trims]) ||
	    b->value[SERIES_trims] <= a->value[SERIES_trims])
		return NAN;
	return b->value[SERIES_trim_pause_ns];
}

/* Set ${v} to the values of the kept sample ${i}; ${before} is NULL after a gap. */
static void take_values(const struct series_process *p, const struct thin *thin, size_t i,
			const struct series_sample *before, double v[CURVES])
{
	const struct series_sample *s = &p->samples[thin->kept[i]];

	v[CURVE_LIVE] = s->value[SERIES_heap_alloc_bytes];
	v[CURVE_RESIDENT] = s->value[SERIES_rss_bytes];
	v[CURVE_HEAP_SYS] = s->value[SERIES_heap_sys_bytes];
	v[CURVE_HEAP_INUSE] = s->value[SERIES_heap_inuse_bytes];
	v[CURVE_SYS] = s->value[SERIES_sys_bytes];
	v[CURVE_STACK] = s->value[SERIES_stack_bytes];
	v[CURVE_OBJECTS] = s->value[SERIES_heap_objects];
	v[CURVE_MADE] = rate(before, s, SERIES_mallocs);
	v[CURVE_FREED] = rate(before, s, SERIES_frees);
	v[CURVE_BYTES] = rate(before, s, SERIES_total_alloc_bytes);
	v[CURVE_GROWTH] = growth(p, thin, i);
	v[CURVE_THREADS] = s->value[SERIES_threads];
	v[CURVE_PAUSE] = pause_of(before, s);
}

void curves_print_number(FILE *script, double value)
{
	if (value == rint(value) && fabs(value) < 1e18)
		fprintf(script, "%.0f", value);
	else
		fprintf(script, "%.6g", value);
}

static void write_row(struct curves *c, FILE *script, double time, const double v[CURVES])
{
	fprintf(script, "%.3f", time);
	for (int k = CURVE_LIVE; k < CURVES; k++) {
		fputc('\t', script);
		if (isnan(v[k])) {
			fputc('-', script);
			continue;
		}
		curves_print_number(script, v[k]);
		c->has_data[k] = true;
		c->top[k] = fmax(c->top[k], v[k]);
		c->bottom[k] = fmin(c->bottom[k], v[k]);
	}
	fputc('\n', script);
}

/* Return the distance above which no line joins two points: four times the usual one. */
static double gap_seconds(const struct series_process *p, const struct thin *thin)
{
	if (thin->count < 2)
		return 1;
	return 4 * (double)thin->step *
	       seconds_between(&p->samples[thin->kept[0]],
			       &p->samples[thin->kept[thin->count - 1]]) /
	       (double)(p->count - 1);
}

static void write_process(struct curves *c, FILE *script, const struct series_process *p,
			  int64_t begin_ms)
{
	struct thin thin;
	const struct series_sample *before = NULL;
	double v[CURVES], gap;

	thin_make(p, &thin);
	gap = gap_seconds(p, &thin);
	for (size_t i = 0; i < thin.count; i++) {
		const struct series_sample *s = &p->samples[thin.kept[i]];

		if (before && seconds_between(before, s) > gap) {
			fputc('\n', script);
			before = NULL;
		}
		take_values(p, &thin, i, before, v);
		write_row(c, script,
			  ((double)s->time_ms / 1000 - (double)begin_ms / 1000) / c->unit_s, v);
		before = s;
	}
	free(thin.kept);
}

void curves_make(const struct series *series, FILE *script, struct curves *out)
{
	int64_t begin_ms = begin_of(series);

	*out = (struct curves){.count = 0};
	out->seconds = (double)end_of(series) / 1000 - (double)begin_ms / 1000;
	choose_unit(out);
	choose_processes(series, out);
	for (size_t i = 0; i < out->count; i++) {
		const struct series_process *p = series->processes[out->processes[i]];

		fprintf(script, "$process%zu << END\n", i + 1);
		write_process(out, script, p, begin_ms);
		fputs("END\n", script);
		for (size_t k = 0; k < COUNTERS_SIZES; k++)
			out->sizes[k] += p->sizes[k];
	}
}
