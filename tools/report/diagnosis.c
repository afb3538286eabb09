#include "tools/report/diagnosis.h"

#include <math.h>

#define PARTS DIAGNOSIS_PARTS
#define LONG_ENOUGH_S 1800.0  /* steady growth for so long is a leak even without a rest */
#define LONGEST_START_S 300.0 /* longer activity is a load, even from the first point on */
#define LONGEST_GAP_S 60.0    /* count no more of a gap in the points, or of a clock step */
#define SMALLEST_KEPT 65536.0 /* every program keeps about this much from its start */
#define REST_POINTS 3	      /* idle points that end the start-up */

/* The load: the points after ${begin}, up to ${end}. */
struct load {
	size_t begin; /* equal to end if nothing was allocated */
	size_t end;
	size_t points; /* busy points: those with allocations */
	double highest_rate;
};

/* An object that is resized is work as well: an array may grow by realloc alone. */
static double calls(const struct heap_point *p)
{
	return p->mallocs + p->reallocs;
}

/* Return the calls per second in the interval before point ${i}. */
static double rate(const struct heap_point *p, size_t i)
{
	return (calls(&p[i]) - calls(&p[i - 1])) / (p[i].time - p[i - 1].time);
}

static bool is_busy(const struct heap_point *p, size_t i, const struct load *load)
{
	return rate(p, i) >= load->highest_rate / 100;
}

static struct load find_load(const struct heap_point *p, size_t from, size_t to)
{
	struct load load = {.begin = from, .end = from};

	for (size_t i = from + 1; i <= to; i++)
		load.highest_rate = fmax(load.highest_rate, rate(p, i));
	for (size_t i = to; load.highest_rate > 0 && i > from; i--) {
		if (is_busy(p, i, &load))
			load.begin = i - 1;
		if (load.end == from && rate(p, i) >= load.highest_rate / 10)
			load.end = i;
	}
	for (size_t i = load.begin + 1; i <= load.end; i++)
		load.points += is_busy(p, i, &load);
	return load;
}

/*
 * Return the first point to judge: point 0, or the end of the start-up.  The start-up ends at the
 * first rest, or before a load so light that the start-up hides it.
 */
static size_t find_start_end(const struct heap_point *p, size_t to)
{
	struct load load = find_load(p, 0, to);
	int rest = 0;

	if (load.begin > 0 || load.end == 0)
		return 0;
	for (size_t i = 1; i <= load.end; i++) {
		rest = is_busy(p, i, &load) ? 0 : rest + 1;
		if (rest == REST_POINTS)
			return i - 2;
	}
	return to - load.end >= DIAGNOSIS_LEAST_POINTS &&
		       p[load.end].time - p[0].time <= LONGEST_START_S
		   ? load.end
		   : 0;
}

/* Return the next busy point after ${i}. */
static size_t next_busy(const struct heap_point *p, size_t i, const struct load *load)
{
	for (i++; i < load->end && !is_busy(p, i, load); i++)
		;
	return i;
}

/*
 * Divide the load, without its first and last busy point, into parts with equal numbers of busy
 * points.  Set ${live} and ${made} to the values at the lowest point of each part: this ignores
 * requests in progress and a heap that goes up and down.
 */
static void divide_into_parts(const struct heap_point *p, const struct load *load,
			      double live[PARTS], double made[PARTS])
{
	size_t at = next_busy(p, next_busy(p, load->begin, load), load);
	size_t number = 2;

	for (size_t k = 0; k < PARTS; k++) {
		size_t last = 1 + (load->points - 2) * (k + 1) / PARTS;
		size_t low = at;

		for (; number <= last; number++) {
			if (p[at].live < p[low].live)
				low = at;
			at = next_busy(p, at, load);
		}
		live[k] = p[low].live;
		made[k] = calls(&p[low]);
	}
}

/*
 * Return whether live bytes grew in every part of the load, each time by at least a third of the
 * mean growth for that many calls.
 */
static bool grows_steadily(const struct heap_point *p, const struct load *load)
{
	enum { FIRST = 0, MIDDLE = PARTS / 2 - 1, LAST = PARTS - 1 };
	double live[PARTS], made[PARTS];
	double growth, mean;

	if (load->points < 2 * (size_t)PARTS)
		return false;
	divide_into_parts(p, load, live, made);
	growth = live[LAST] - live[FIRST];
	if (growth < 4096 || growth < live[FIRST] / 1000)
		return false;
	mean = growth / (made[LAST] - made[FIRST]);
	for (size_t k = 1; k < PARTS; k++) {
		double step = live[k] - live[k - 1];

		if (step <= 0 || step < mean / 3 * (made[k] - made[k - 1]))
			return false;
	}
	/* The growth of a cache slows down as it fills. */
	return (live[LAST] - live[MIDDLE]) * (made[MIDDLE] - made[FIRST]) >=
	       0.6 * (live[MIDDLE] - live[FIRST]) * (made[LAST] - made[MIDDLE]);
}

static double by_time(const struct heap_point *p)
{
	return p->time;
}

/* Return the slope of the live bytes over ${by} under load, by least squares. */
static double slope(const struct heap_point *p, const struct load *load,
		    double (*by)(const struct heap_point *))
{
	double sx = 0, sy = 0, sxx = 0, sxy = 0, n = 0;

	for (size_t i = load->begin; i <= load->end; i++, n++) {
		double x = by(&p[i]) - by(&p[load->begin]);

		sx += x;
		sy += p[i].live;
		sxx += x * x;
		sxy += x * p[i].live;
	}
	return n * sxx == sx * sx ? 0 : (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

/* Return the largest drop of live bytes below an earlier peak. */
static double largest_drop(const struct heap_point *p, const struct load *load)
{
	double highest = 0, most = 0;

	for (size_t i = load->begin; i <= load->end; i++) {
		highest = fmax(highest, p[i].live);
		most = fmax(most, highest - p[i].live);
	}
	return most;
}

/* Return the seconds of load that the points cover. */
static double covered_seconds(const struct heap_point *p, const struct load *load)
{
	double sum = 0;

	for (size_t i = load->begin + 1; i <= load->end; i++)
		sum += fmin(p[i].time - p[i - 1].time, LONGEST_GAP_S);
	return sum;
}

static double growth_in_last_third(const struct heap_point *p, const struct load *load)
{
	double begin = p[load->begin].time;
	double third = begin + (p[load->end].time - begin) * 2 / 3;
	size_t i = load->begin;

	while (i < load->end && p[i + 1].time <= third)
		i++;
	return p[load->end].live - p[i].live;
}

/*
 * Return whether the growth was freed again.  If the load has not ended, requests are in progress:
 * then it is enough that live bytes have dropped by half of the growth at any time.
 */
static bool is_freed(const struct heap_point *p, const struct load *load, const struct diagnosis *d,
		     double kept)
{
	if (d->live_after - d->live_base < fmax(d->live_base * 0.05, SMALLEST_KEPT))
		return true;
	return d->has_rest_after ? kept < 0.5
				 : largest_drop(p, load) >= (d->live_peak - d->live_base) / 2;
}

static enum diagnosis_class classify(const struct heap_point *p, const struct load *load,
				     const struct diagnosis *d)
{
	double rise = d->live_peak - d->live_base;
	double kept = rise > 0 ? (d->live_after - d->live_base) / rise : 0;
	bool steady = grows_steadily(p, load);
	bool stays = steady && (!d->has_rest_after || kept >= 0.5);

	if (!d->has_work || d->load_points < DIAGNOSIS_LEAST_POINTS)
		return DIAGNOSIS_UNKNOWN;
	if (is_freed(p, load, d, kept) && !stays)
		return DIAGNOSIS_RETURNS;
	if (steady && ((d->has_rest_before && d->has_rest_after) ||
		       covered_seconds(p, load) >= LONG_ENOUGH_S))
		return DIAGNOSIS_LEAKS;
	if (steady)
		return DIAGNOSIS_GROWS;
	if (d->live_last_third < (d->live_load_end - d->live_base) / 20)
		return DIAGNOSIS_LEVEL;
	return DIAGNOSIS_UNKNOWN;
}

/* The trim that released most is in the interval in which the resident set shrank most. */
static struct diagnosis_trims summarize_trims(const struct heap_point *p, size_t n)
{
	const struct heap_point *last = &p[n - 1];
	struct diagnosis_trims trims = {
	    .known = last->has_trims,
	    .count = last->trims - p[0].trims,
	    .total_ns = last->pause_total_ns - p[0].pause_total_ns,
	    .last_ns = last->pause_ns,
	};
	size_t best = 0;

	for (size_t i = 0; i < n; i++) {
		trims.longest_ns = fmax(trims.longest_ns, p[i].pause_ns);
		if (i > 0 && p[i].trims > p[i - 1].trims &&
		    (best == 0 || p[i - 1].rss - p[i].rss > p[best - 1].rss - p[best].rss))
			best = i;
	}
	if (best > 0 && p[best].rss > 0) {
		trims.rss_before = p[best - 1].rss;
		trims.rss_after = p[best].rss;
	}
	return trims;
}

void diagnosis_make(const struct heap_point *points, size_t n, struct diagnosis *out)
{
	const struct heap_point *p = points;
	size_t from = find_start_end(p, n - 1);
	struct load load = find_load(p, from, n - 1);

	*out = (struct diagnosis){
	    .points = n,
	    .judged_points = n - from,
	    .load_points = load.points,
	    .load_seconds = p[load.end].time - p[load.begin].time,
	    .objects_made = p[load.end].mallocs - p[load.begin].mallocs,
	    .reallocs_made = p[load.end].reallocs - p[load.begin].reallocs,
	    .objects_load_kept = p[load.end].objects - p[load.begin].objects,
	    .objects_after_kept = p[n - 1].objects - p[load.begin].objects,
	    .live_base = p[load.begin].live,
	    .live_peak = p[load.begin].live,
	    .live_load_end = p[load.end].live,
	    .live_after = p[n - 1].live,
	    .live_last_third = growth_in_last_third(p, &load),
	    .bytes_per_second = slope(p, &load, by_time),
	    .bytes_of_work = slope(p, &load, calls) * (calls(&p[load.end]) - calls(&p[load.begin])),
	    .rss_base = p[load.begin].rss,
	    .rss_after = p[n - 1].rss,
	    .trims = summarize_trims(p, n),
	    .start_left_out = from > 0,
	    .has_rest_before = load.begin > from || from > 0,
	    .has_rest_after = load.end + 2 <= n - 1,
	};
	for (size_t i = from; i < n; i++) {
		out->live_peak = fmax(out->live_peak, p[i].live);
		out->rss_peak = fmax(out->rss_peak, p[i].rss);
		out->sys_after = p[i].sys > 0 ? p[i].sys : out->sys_after;
	}
	out->has_work = out->objects_made + out->reallocs_made >= DIAGNOSIS_LEAST_CALLS ||
			out->live_peak - out->live_base >= DIAGNOSIS_LEAST_BYTES;
	out->class = classify(p, &load, out);
}

const char *diagnosis_class_name(enum diagnosis_class class)
{
	static const char *const names[DIAGNOSIS_CLASSES] = {"leaks", "grows", "unknown", "level",
							     "returns"};

	return names[class];
}
