#include "tools/report/site_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/report/alloc.h"
#include "tools/report/series.h"

/* The sums of a least-squares line; times in seconds from the begin. */
struct sums {
	double n, t, tt;
};

struct times {
	int64_t *all; /* of the points of any site, sorted, without duplicates */
	size_t count;
	size_t room;
};

/* The points of a site in the chosen time. */
struct part {
	const struct site_sample *first;
	size_t count;
};

static struct part part_of(const struct site *site, int64_t from_ms, int64_t until_ms)
{
	size_t begin = 0, end = site->count;

	while (begin < end && site->samples[begin].time_ms < from_ms)
		begin++;
	while (end > begin && site->samples[end - 1].time_ms > until_ms)
		end--;
	return (struct part){begin < end ? &site->samples[begin] : NULL, end - begin};
}

/* ---- the times ---- */

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void collect_times(const struct sites *sites, int64_t from_ms, int64_t until_ms,
			  struct times *times)
{
	size_t kept = 0;

	for (size_t i = 0; i < sites->count; i++) {
		struct part part = part_of(sites->all[i], from_ms, until_ms);

		times->all = alloc_grow(times->all, &times->room, times->count + part.count,
					sizeof(*times->all));
		for (size_t k = 0; k < part.count; k++)
			times->all[times->count++] = part.first[k].time_ms;
	}
	if (times->count)
		qsort(times->all, times->count, sizeof(*times->all), by_value);
	for (size_t i = 0; i < times->count; i++)
		if (kept == 0 || times->all[i] != times->all[kept - 1])
			times->all[kept++] = times->all[i];
	times->count = kept;
}

static double seconds_since(int64_t begin_ms, int64_t time_ms)
{
	return (double)(time_ms - begin_ms) / 1000;
}

static struct sums sums_of(const struct times *times)
{
	struct sums sums = {(double)times->count, 0, 0};

	for (size_t i = 0; i < times->count; i++) {
		double t = seconds_since(times->all[0], times->all[i]);

		sums.t += t;
		sums.tt += t * t;
	}
	return sums;
}

/* ---- the rows ---- */

static double slope_of(const struct sums *sums, double y, double ty)
{
	double below = sums->n * sums->tt - sums->t * sums->t;

	return sums->n >= 2 && below > 0 ? (sums->n * ty - sums->t * y) / below : NAN;
}

/*
 * A site without a point at some time is part of "other" then, or holds nothing.  Count it as 0, so
 * that the slopes of all sites add up to that of the process.
 */
static double growth_of(const struct part *part, const struct sums *sums, int64_t begin_ms)
{
	double y = 0, ty = 0;

	for (size_t i = 0; i < part->count; i++) {
		double live = part->first[i].value[SITE_live_bytes];

		if (isnan(live))
			continue;
		y += live;
		ty += live * seconds_since(begin_ms, part->first[i].time_ms);
	}
	return slope_of(sums, y, ty);
}

/* The count of "other" falls when one of its sites gets points of its own; that is no rate. */
static double made_of(const struct part *part)
{
	const struct site_sample *first = part->first, *last = first + part->count - 1;
	double made = last->value[SITE_alloc_bytes] - first->value[SITE_alloc_bytes];

	if (last == first || !(made >= 0))
		return NAN;
	return made / seconds_since(first->time_ms, last->time_ms);
}

/* ---- leaks ---- */

/* Return the last point that the agent judged to leak, or NULL. */
static const struct site_sample *last_leak(const struct part *part)
{
	for (size_t i = part->count; i > 0; i--)
		if (part->first[i - 1].verdict == SITE_LEAK)
			return &part->first[i - 1];
	return NULL;
}

/* Return the last point at which ${leak} had not begun, or the first. */
static const struct site_sample *onset_of(const struct part *part, const struct site_sample *leak)
{
	const struct site_sample *onset = part->first;
	double since_ms = leak->value[SITE_growth_since_ns] / 1e6 + 1000; /* whole seconds */

	while (onset + 1 < leak && (double)onset[1].time_ms <= since_ms)
		onset++;
	return onset;
}

static double peak_of(const struct site_sample *from, const struct site_sample *to)
{
	double peak = 0;

	for (; from <= to; from++)
		peak = fmax(peak, from->value[SITE_live_bytes]);
	return peak;
}

/*
 * Return whether a site that was judged to leak at ${leak} still does at the ${end}.  The load may
 * have ended since, and the agent may judge the rest as level.  But a site that went on allocating
 * and did not grow is a cache that filled, and one that lost most of its growth freed it.
 */
static bool still_leaks(const struct part *part, const struct site_sample *leak, double begin)
{
	const struct site_sample *end = part->first + part->count - 1;
	const struct site_sample *onset = onset_of(part, leak);
	double base = onset == part->first ? begin : onset->value[SITE_live_bytes];
	double peak = peak_of(onset, end);
	double made = leak->value[SITE_alloc_bytes] - onset->value[SITE_alloc_bytes];
	double made_since = end->value[SITE_alloc_bytes] - leak->value[SITE_alloc_bytes];

	return end->value[SITE_live_bytes] > (base + peak) / 2 && made_since <= made / 10;
}

static struct site_leak leak_of(const struct part *part, double begin)
{
	const struct site_sample *leak = last_leak(part);
	double since_ns;

	if (leak == NULL || !(leak->value[SITE_growth_bytes_per_s] > 0) ||
	    !still_leaks(part, leak, begin))
		return (struct site_leak){0, NAN, NAN, INT64_MIN};
	since_ns = leak->value[SITE_growth_since_ns];
	return (struct site_leak){
	    .bytes_per_s = leak->value[SITE_growth_bytes_per_s],
	    .error = leak->value[SITE_growth_bytes_per_s_error],
	    .percent = leak->value[SITE_growth_percent],
	    .since_ms = since_ns > 0 && since_ns < 9e18 ? (int64_t)(since_ns / 1e6) : INT64_MIN,
	};
}

/* The agent repeats a verdict while the process is idle, even if the site frees all then. */
static enum site_verdict verdict_of(const struct site_sample *last, const struct site_leak *leak)
{
	if (leak->bytes_per_s > 0)
		return SITE_LEAK;
	return last->verdict == SITE_LEAK ? SITE_SHRINKING : last->verdict;
}

static struct site_row row_of(const struct site *site, const struct part *part,
			      const struct sums *sums, int64_t begin_ms)
{
	const struct site_sample *first = part->first, *last = first + part->count - 1;
	double begin = first->time_ms == begin_ms ? first->value[SITE_live_bytes] : 0;
	struct site_leak leak = leak_of(part, isnan(begin) ? 0 : begin);

	return (struct site_row){
	    .site = site,
	    .is_other = strcmp(site->id, SITES_OTHER) == 0,
	    .live_bytes = last->value[SITE_live_bytes],
	    .live_bytes_begin = isnan(begin) ? 0 : begin,
	    .live_bytes_error = last->value[SITE_live_bytes_error],
	    .live_objects = last->value[SITE_live_objects],
	    .alloc_bytes = last->value[SITE_alloc_bytes],
	    .alloc_objects = last->value[SITE_alloc_objects],
	    .freed_bytes = last->value[SITE_freed_bytes],
	    .growth_bytes_per_s = growth_of(part, sums, begin_ms),
	    .made_bytes_per_s = made_of(part),
	    .oldest_ns = last->value[SITE_oldest_ns],
	    .share = NAN,
	    .verdict = verdict_of(last, &leak),
	    .leak = leak,
	};
}

static int by_leak_and_live(const void *a, const void *b)
{
	const struct site_row *x = a, *y = b;

	if (x->is_other != y->is_other)
		return x->is_other ? 1 : -1;
	if (x->leak.bytes_per_s != y->leak.bytes_per_s)
		return x->leak.bytes_per_s > y->leak.bytes_per_s ? -1 : 1;
	if (x->live_bytes != y->live_bytes)
		return x->live_bytes > y->live_bytes ? -1 : 1;
	return strcmp(x->site->id, y->site->id);
}

static void make_rows(const struct sites *sites, const struct times *times, struct site_table *out)
{
	const struct sums sums = sums_of(times);
	size_t room = 0;

	for (size_t i = 0; i < sites->count; i++) {
		struct part part = part_of(sites->all[i], out->begin_ms, out->end_ms);
		struct site_row row;

		if (part.count == 0)
			continue;
		row = row_of(sites->all[i], &part, &sums, out->begin_ms);
		out->live_bytes_begin += row.live_bytes_begin;
		if (part.first[part.count - 1].time_ms != out->end_ms || isnan(row.live_bytes))
			continue;
		out->live_bytes += row.live_bytes;
		out->leaks += row.leak.bytes_per_s > 0;
		out->rows = alloc_grow(out->rows, &room, out->count + 1, sizeof(*out->rows));
		out->rows[out->count++] = row;
	}
	if (out->count)
		qsort(out->rows, out->count, sizeof(*out->rows), by_leak_and_live);
}

/* ---- shares ---- */

/* The exact growth of the process between the first and the last points of its sites. */
static double process_growth(const struct series_process *process, const struct site_table *table)
{
	struct sums sums = {0, 0, 0};
	double y = 0, ty = 0;

	for (size_t i = 0; i < process->count; i++) {
		const struct series_sample *s = &process->samples[i];
		double live = s->value[SERIES_heap_alloc_bytes];
		double t = seconds_since(table->begin_ms, s->time_ms);

		if (isnan(live) || s->time_ms < table->begin_ms || s->time_ms > table->end_ms)
			continue;
		sums.n++;
		sums.t += t;
		sums.tt += t * t;
		y += live;
		ty += live * t;
	}
	return slope_of(&sums, y, ty);
}

/* When some sites shrink, the others may grow by more than the process: then share their growth. */
static void set_shares(const struct series_process *process, struct site_table *table)
{
	double all = process_growth(process, table), sites = 0;

	for (size_t i = 0; i < table->count; i++)
		sites += fmax(table->rows[i].growth_bytes_per_s, 0);
	all = fmax(all, sites);
	if (!(all > 0))
		return;
	for (size_t i = 0; i < table->count; i++)
		table->rows[i].share = fmax(table->rows[i].growth_bytes_per_s, 0) / all;
}

/* Return the time of the last exit between the two times, or ${until_ms}. */
static int64_t exit_time(const struct series_process *process, int64_t from_ms, int64_t until_ms)
{
	int64_t last = INT64_MIN;

	for (size_t i = 0; i < process->exit_count; i++)
		if (process->exits[i] >= from_ms && process->exits[i] <= until_ms &&
		    process->exits[i] > last)
			last = process->exits[i];
	return last > INT64_MIN ? last : until_ms;
}

void site_table_make(const struct series_process *process, int64_t from_ms, int64_t until_ms,
		     struct site_table *out)
{
	const int64_t exit_ms = exit_time(process, from_ms, until_ms);
	struct times times = {NULL, 0, 0};

	*out = (struct site_table){.rows = NULL};
	if (exit_ms < until_ms)
		collect_times(&process->sites, from_ms, exit_ms - 1, &times);
	out->is_before_exit = times.count > 0;
	if (times.count == 0)
		collect_times(&process->sites, from_ms, until_ms, &times);
	if (times.count) {
		out->begin_ms = times.all[0];
		out->end_ms = times.all[times.count - 1];
		make_rows(&process->sites, &times, out);
		set_shares(process, out);
	}
	free(times.all);
}

void site_table_free(struct site_table *table)
{
	free(table->rows);
	*table = (struct site_table){.rows = NULL};
}

const char *site_row_function(const struct site_row *row)
{
	return row->site->function.text ? row->site->function.text : "-";
}
