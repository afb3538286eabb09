#include "tools/report/thin.h"

#include <math.h>
#include <stdbool.h>

#include "tools/report/alloc.h"
#include "tools/report/series.h"

#define SECTIONS 800

static const struct {
	enum series_field field;
	double sign; /* 1: keep the highest value; -1: the lowest */
} extremes[] = {
    {SERIES_heap_alloc_bytes, 1}, {SERIES_heap_alloc_bytes, -1}, {SERIES_rss_bytes, 1},
    {SERIES_trim_pause_ns, 1},	  {SERIES_heap_inuse_bytes, 1},
};

#define EXTREMES (sizeof(extremes) / sizeof(extremes[0]))

/* Return the first sample in [begin, end) with the extreme value ${what}, or ${end}. */
static size_t find_extreme(const struct series_process *p, size_t begin, size_t end, size_t what)
{
	size_t best = end;

	for (size_t i = begin; i < end; i++) {
		double v = p->samples[i].value[extremes[what].field];

		if (!isnan(v) &&
		    (best == end ||
		     extremes[what].sign * v >
			 extremes[what].sign * p->samples[best].value[extremes[what].field]))
			best = i;
	}
	return best;
}

static bool is_extreme(const size_t best[EXTREMES], size_t i)
{
	for (size_t k = 0; k < EXTREMES; k++)
		if (best[k] == i)
			return true;
	return false;
}

static void keep_extremes(const struct series_process *p, size_t begin, size_t end,
			  struct thin *out)
{
	size_t best[EXTREMES];

	for (size_t k = 0; k < EXTREMES; k++)
		best[k] = find_extreme(p, begin, end, k);
	for (size_t i = begin; i < end; i++)
		if (end - begin == 1 || is_extreme(best, i))
			out->kept[out->count++] = i;
}

void thin_make(const struct series_process *process, struct thin *out)
{
	size_t room = 0;

	*out = (struct thin){.step = (process->count - 1) / SECTIONS + 1};
	out->kept = alloc_grow(NULL, &room, process->count, sizeof(*out->kept));
	for (size_t begin = 0; begin < process->count; begin += out->step) {
		size_t end = begin + out->step;

		keep_extremes(process, begin, end < process->count ? end : process->count, out);
	}
}
