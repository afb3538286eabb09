#include "tools/report/thin.h"

#include <math.h>
#include <stdbool.h>

#include "tools/report/series.h"
#include "tools/report/tell.h"

#define STRETCHES 800

static const struct {
	enum series_field field;
	double sign; /* 1: the most of it stands out, -1: the least */
} sought[] = {
    {SERIES_heap_alloc_bytes, 1}, {SERIES_heap_alloc_bytes, -1}, {SERIES_rss_bytes, 1},
    {SERIES_trim_pause_ns, 1},	  {SERIES_heap_inuse_bytes, 1},
};

#define SOUGHT (sizeof(sought) / sizeof(sought[0]))

/* Return the first sample from ${begin} to before ${end} with the highest value, or ${end}. */
static size_t seek(const struct series_process *p, size_t begin, size_t end, size_t what)
{
	size_t best = end;

	for (size_t i = begin; i < end; i++) {
		double v = p->samples[i].value[sought[what].field];

		if (!isnan(v) &&
		    (best == end ||
		     sought[what].sign * v >
			 sought[what].sign * p->samples[best].value[sought[what].field]))
			best = i;
	}
	return best;
}

static bool stands_out(const size_t best[SOUGHT], size_t i)
{
	for (size_t k = 0; k < SOUGHT; k++)
		if (best[k] == i)
			return true;
	return false;
}

static void leave(const struct series_process *p, size_t begin, size_t end, struct thin *out)
{
	size_t best[SOUGHT];

	for (size_t k = 0; k < SOUGHT; k++)
		best[k] = seek(p, begin, end, k);
	for (size_t i = begin; i < end; i++)
		if (end - begin == 1 || stands_out(best, i))
			out->kept[out->count++] = i;
}

void thin_make(const struct series_process *process, struct thin *out)
{
	size_t room = 0;

	*out = (struct thin){.step = (process->count - 1) / STRETCHES + 1};
	out->kept = tell_grown(NULL, &room, process->count, sizeof(*out->kept));
	for (size_t begin = 0; begin < process->count; begin += out->step) {
		size_t end = begin + out->step;

		leave(process, begin, end < process->count ? end : process->count, out);
	}
}
