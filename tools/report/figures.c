#include "tools/report/figures.h"

#include <stdbool.h>

#include "tools/report/diagnosis.h"

size_t figures_list(const struct diagnosis *d, double requests, struct figure out[FIGURES_MOST])
{
	const struct diagnosis_trims *t = &d->trims;
	const bool has_rss = d->rss_peak > 0;
	const bool has_trim_rss = t->known && t->rss_after > 0;
	const double per_request = requests > 0 ? d->bytes_of_work / requests : 0;
	const struct {
		bool known;
		struct figure figure;
	} all[] = {
	    {true, {"points", "points", FIGURE_COUNT, (double)d->points}},
	    {true, {"load_seconds", "load", FIGURE_SECONDS, d->load_seconds}},
	    {true, {"objects_made", "objects made", FIGURE_COUNT, d->objects_made}},
	    {true, {"objects_kept", "objects kept", FIGURE_COUNT, d->objects_after_kept}},
	    {true, {"live_base_bytes", "live base", FIGURE_BYTES, d->live_base}},
	    {true, {"live_peak_bytes", "live peak", FIGURE_BYTES, d->live_peak}},
	    {true, {"live_after_bytes", "live after", FIGURE_BYTES, d->live_after}},
	    {true,
	     {"live_slope_bytes_per_second", "live slope per second", FIGURE_BYTES,
	      d->bytes_per_second}},
	    {requests > 0,
	     {"live_slope_bytes_per_request", "live slope per request", FIGURE_BYTES, per_request}},
	    {has_rss, {"rss_base_bytes", "RSS base", FIGURE_BYTES, d->rss_base}},
	    {has_rss, {"rss_peak_bytes", "RSS peak", FIGURE_BYTES, d->rss_peak}},
	    {has_rss, {"rss_after_bytes", "RSS after", FIGURE_BYTES, d->rss_after}},
	    {t->known, {"trims", "trims", FIGURE_COUNT, t->count}},
	    {t->known, {"trim_pause_total_ns", "trim pause total", FIGURE_NS, t->total_ns}},
	    {t->known, {"trim_pause_last_ns", "trim pause last", FIGURE_NS, t->last_ns}},
	    {t->known, {"trim_pause_max_ns", "trim pause max", FIGURE_NS, t->longest_ns}},
	    {has_trim_rss,
	     {"rss_before_trim_bytes", "RSS before trim", FIGURE_BYTES, t->rss_before}},
	    {has_trim_rss, {"rss_after_trim_bytes", "RSS after trim", FIGURE_BYTES, t->rss_after}},
	};
	_Static_assert(sizeof(all) / sizeof(all[0]) <= FIGURES_MOST, "room for all of them");
	size_t n = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].known)
			out[n++] = all[i].figure;
	return n;
}
