#include "agent/sites/call_sites.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/fnv.h"
#include "agent/settings/options.h"
#include "agent/sites/pace.h"
#include "shim/map.h"
#include "shim/shim.h"
#include "shim/sites/sites.h"

#define JUDGE_SNAPSHOTS 2	  /* snapshots that are judged, for one that is reported */
#define FLAME_INTERVALS 6	  /* one flame graph for so many snapshots */
#define FLAME_STACKS 256	  /* the largest; the rest is one node */
#define SHOWN_SNAPSHOTS 6	  /* how long a site is reported after it was last chosen */
#define TEXTS_NS (3600 * CLOCK_S) /* stacks are repeated once in this time */
#define SITE_DIGITS 17
#define FEWEST_SAMPLES 20
#define SHORT_NS (100 * CLOCK_MS)
#define PACE_NS (CLOCK_S / 2)

struct shown {
	uint64_t id; /* 0: not reported yet */
	int64_t texts_due_ns;
	unsigned snapshots_left;
	enum judgement verdict; /* in the last record */
	char function[NAME_MOST + 1];
};

struct memory {
	struct flame flame;
	struct stack_text text;
	struct shown shown[STACKS];
	uint64_t functions[STACKS];
};

void call_sites_open(struct call_sites *s, const struct options *options, record_sink *sink,
		     void *context)
{
	struct counters app, agent;
	struct sites_stats stats;
	int64_t now_ns = clock_mono_ns();

	snapshot_reset(&s->snapshot);
	trends_reset(&s->trends);
	if (s->shown)
		memset(s->shown, 0, STACKS * sizeof(s->shown[0]));
	s->leak_bytes_per_s = s->leak_sites = -1;
	sites_stats(&stats);
	shim_read(&app, &agent);
	s->options = options;
	s->sink = sink;
	s->context = context;
	s->opened_ns = now_ns;
	s->due_ns = now_ns + options->sites_interval;
	s->judge_due_ns = now_ns + options->sites_interval / JUDGE_SNAPSHOTS;
	s->flame_due_ns = now_ns + options->sites_interval * FLAME_INTERVALS;
	s->is_pending = false;
	s->taken_ns = 0;
	s->sidecar_ns = 0;
	s->inherited = stats.sampled;
	s->paced_ns = now_ns;
	s->requested = (int64_t)app.requested_bytes; /* a forked child inherits the total */
	s->cpu_ns = 0;
	s->snapshot.start_s = (uint32_t)(now_ns / CLOCK_S);
	sites_set_time(s->snapshot.start_s);
	if (!options->sites)
		sites_set_mean(0);
}

/* Return whether there is memory. */
static bool open_memory(struct call_sites *s)
{
	struct memory *m;

	if (s->shown)
		return true;
	m = map_pages(sizeof(*m));
	if (m == NULL)
		return false;
	stack_text_open(&m->text);
	s->flame = &m->flame;
	s->text = &m->text;
	s->shown = m->shown;
	s->functions = m->functions;
	return true;
}

static void pace(struct call_sites *s, const struct sites_stats *stats, const int64_t *value)
{
	int64_t now_ns = clock_mono_ns();
	int64_t cpu_ns = value[FIELD_cpu_user_ns] + value[FIELD_cpu_sys_ns];
	int64_t requested = value[FIELD_total_requested_bytes];
	struct pace_input input = {
	    .mean = stats->mean,
	    .least_mean = stats->least_mean,
	    .elapsed_ns = (uint64_t)(now_ns - s->paced_ns),
	    .requested = (uint64_t)(requested - s->requested),
	    .cpu_ns = cpu_ns > s->cpu_ns ? (uint64_t)(cpu_ns - s->cpu_ns) : 0,
	    .live_bytes =
		value[FIELD_heap_alloc_bytes] > 0 ? (uint64_t)value[FIELD_heap_alloc_bytes] : 0,
	    .samples = stats->sampled,
	    .samples_ns = stats->sample_ns,
	    .budget_ppm = (uint64_t)s->options->sites_budget,
	};

	/* The time since the last call must be long enough to compute a rate. */
	if (input.elapsed_ns < (uint64_t)PACE_NS)
		return;
	sites_set_mean(pace_mean(&input));
	s->requested = requested;
	s->paced_ns = now_ns;
	s->cpu_ns = cpu_ns;
}

static uint64_t count_truncated(const struct sites_stats *stats)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < WALK_ENDS; i++)
		n += stats->truncated[i];
	return n;
}

/* Keep reporting a site for a while, so that its series does not end at a high value. */
static void choose_sites(struct call_sites *s)
{
	struct site *sites = s->snapshot.sites;

	snapshot_choose(&s->snapshot, (unsigned)s->options->sites_top);
	for (unsigned k = 0; k < s->snapshot.count; k++) {
		unsigned i = s->snapshot.list[k];

		if (sites[i].is_chosen)
			s->shown[i].snapshots_left = SHOWN_SNAPSHOTS;
		else if (s->shown[i].id == sites[i].id && s->shown[i].snapshots_left > 0)
			sites[i].is_chosen = s->shown[i].snapshots_left-- > 0;
	}
}

static void want_names(struct call_sites *s, unsigned index)
{
	if (stack_text_read(s->text, index))
		names_want(&s->text->names, s->text->frames, s->text->n);
}

/* Ask for all names that the records need. */
static void want_all_names(struct call_sites *s, bool has_flame)
{
	unsigned n = FLAME_STACKS;

	for (unsigned k = 0; k < s->snapshot.count; k++)
		if (s->snapshot.sites[s->snapshot.list[k]].is_chosen)
			want_names(s, s->snapshot.list[k]);
	if (!has_flame)
		return;
	for (const uint16_t *largest = snapshot_largest(&s->snapshot, &n); n > 0; n--)
		want_names(s, largest[n - 1]);
}

static bool is_flame_due(const struct call_sites *s)
{
	return s->options->flame && clock_mono_ns() >= s->flame_due_ns;
}

static void sum_leaks(struct call_sites *s)
{
	struct site *sites = s->snapshot.sites;

	s->leak_bytes_per_s = s->leak_sites = 0;
	for (unsigned k = 0; k < s->snapshot.count; k++) {
		unsigned i = s->snapshot.list[k];
		struct trend trend = trends_of(&s->trends, &s->snapshot, i);

		if (trend.result.verdict != JUDGED_LEAK)
			continue;
		s->leak_bytes_per_s += (int64_t)trend.result.slope;
		s->leak_sites++;
		sites[i].is_chosen = true;
	}
}

static void judge_sites(struct call_sites *s, const int64_t *value)
{
	if (trends_add(&s->trends, &s->snapshot, (double)value[FIELD_heap_alloc_bytes],
		       (double)value[FIELD_total_requested_bytes]))
		trends_judge(&s->trends, &s->snapshot, s->functions);
	if (trends_can_judge(&s->trends))
		sum_leaks(s);
}

/* Forget the functions of sites whose place others have now. */
static void forget_old_functions(struct call_sites *s)
{
	for (unsigned k = 0; k < s->snapshot.count; k++) {
		unsigned i = s->snapshot.list[k];

		if (s->shown[i].id != s->snapshot.sites[i].id)
			s->functions[i] = 0;
	}
}

/* A process that ends at its first snapshot has no trend. */
static void take_snapshot(struct call_sites *s, struct point *point, bool is_reported, bool is_last)
{
	snapshot_take(&s->snapshot, (uint32_t)(clock_mono_ns() / CLOCK_S));
	forget_old_functions(s);
	if (is_reported)
		choose_sites(s);
	if (!is_last || s->trends.snapshots)
		judge_sites(s, point->value);
	if (!is_reported)
		return;
	snapshot_add_rest(&s->snapshot);
	want_all_names(s, is_flame_due(s));
	point->value[FIELD_sites_live_bytes] = (int64_t)s->snapshot.total.live_bytes;
	point->value[FIELD_sites_live_bytes_error] = (int64_t)snapshot_error(&s->snapshot.total);
	s->taken_ns = point->time_ns;
	s->is_pending = true;
}

/* Return whether ${interval_ns} has passed, and set when it will have passed again. */
static bool is_due(int64_t *due_ns, int64_t interval_ns, int64_t now_ns)
{
	if (now_ns < *due_ns)
		return false;
	*due_ns += ((now_ns - *due_ns) / interval_ns + 1) * interval_ns; /* leave out missed ones */
	return true;
}

/*
 * The look-up of names makes the end of a process 0.5 ms later.  A short process with few samples
 * has little to say for that.
 */
static bool is_worth_it(const struct call_sites *s, const struct sites_stats *stats, bool is_last)
{
	bool is_short = clock_mono_ns() - s->opened_ns < SHORT_NS;

	if (!is_last || s->taken_ns)
		return stats->sampled > 0;
	return stats->sampled >= s->inherited + (is_short ? FEWEST_SAMPLES : 1);
}

void call_sites_take(struct call_sites *s, struct point *point, bool is_last)
{
	int64_t cpu_ns = clock_thread_cpu_ns(), now_ns = clock_mono_ns();
	int64_t interval_ns = s->options->sites_interval;
	bool is_reported, is_judged;
	struct sites_stats stats;

	if (!s->options->sites)
		return;
	sites_set_time((uint32_t)(now_ns / CLOCK_S));
	sites_stats(&stats);
	point->value[FIELD_sites_sampled] = (int64_t)stats.sampled;
	point->value[FIELD_sites_dropped] = (int64_t)stats.dropped;
	point->value[FIELD_sites_truncated] = (int64_t)count_truncated(&stats);
	point->value[FIELD_sites_unnamed] = s->text ? (int64_t)s->text->names.refused : 0;
	point->value[FIELD_sites_mean_bytes] = (int64_t)stats.mean;
	point->value[FIELD_agent_sites_ns] = (int64_t)(s->sidecar_ns + stats.sample_ns);
	pace(s, &stats, point->value);
	is_reported = is_due(&s->due_ns, interval_ns, now_ns) || is_last;
	is_judged = is_due(&s->judge_due_ns, interval_ns / JUDGE_SNAPSHOTS, now_ns);
	if ((is_reported || (is_judged && !s->is_pending)) && is_worth_it(s, &stats, is_last) &&
	    open_memory(s) && snapshot_open(&s->snapshot) && trends_open(&s->trends))
		take_snapshot(s, point, is_reported, is_last);
	point->value[FIELD_leak_bytes_per_s] = s->leak_bytes_per_s;
	point->value[FIELD_leak_sites] = s->leak_sites;
	s->sidecar_ns += (uint64_t)(clock_thread_cpu_ns() - cpu_ns);
}

static const struct {
	const char *name;
	unsigned cohort;
} cohorts[] = {
#define SITE_COHORT(id, seconds, doc) {#id, COHORT_##id},
#include "agent/encode/site_fields.def"
};

static void add_numbers(struct record *record, const struct site *site)
{
	record_number(record, "live_bytes", (int64_t)site->live_bytes);
	record_number(record, "live_objects", (int64_t)(site->live_objects + 0.5));
	record_number(record, "live_bytes_error", (int64_t)snapshot_error(site));
	record_number(record, "alloc_bytes", (int64_t)site->alloc_bytes);
	record_number(record, "alloc_objects", (int64_t)(site->alloc_objects + 0.5));
	record_number(record, "freed_bytes", (int64_t)site->freed_bytes);
	record_number(record, "freed_objects", (int64_t)(site->freed_objects + 0.5));
	record_number(record, "oldest_ns", (int64_t)site->oldest_s * CLOCK_S);
	for (unsigned i = 0; i < COHORTS; i++)
		if (site->cohort_bytes[i] > 0)
			record_number(record, cohorts[i].name, (int64_t)site->cohort_bytes[i]);
}

static void add_verdict(struct record *record, const struct trend *trend,
			const struct call_sites *s)
{
	enum judgement verdict = trend->result.verdict;
	uint32_t now_s = s->snapshot.now_s;

	if (verdict == JUDGED_UNKNOWN)
		return;
	record_number(record, "growth_bytes_per_s", (int64_t)trend->result.slope);
	record_number(record, "growth_bytes_per_s_error", (int64_t)trend->result.slope_error);
	record_number(record, "leak_bytes_per_s",
		      verdict == JUDGED_LEAK ? (int64_t)trend->result.slope : 0);
	if (trend->since_s) {
		record_number(record, "growth_percent", (int64_t)(trend->growth_share * 100 + 0.5));
		record_number(record, "growth_since_ns",
			      s->taken_ns - (int64_t)(now_s - trend->since_s) * CLOCK_S);
	}
	record_text(record, "verdict", judge_name(verdict));
}

/* Dashboards mark when a site begins or ceases to leak. */
static void write_change(struct call_sites *s, struct shown *shown, const struct trend *trend,
			 const char *site)
{
	enum judgement before = shown->verdict, now = trend->result.verdict;
	struct record record = {.time_ns = s->taken_ns};
	char text[NAME_MOST + 256];

	shown->verdict = now;
	if (before == now || (before != JUDGED_LEAK && now != JUDGED_LEAK))
		return;
	if (now == JUDGED_LEAK)
		snprintf(text, sizeof(text),
			 "%s leaks %.1f KiB/s, give or take %.1f, %.0f %% of the growth (site %s)",
			 shown->function, trend->result.slope / 1024,
			 trend->result.slope_error / 1024, trend->growth_share * 100, site);
	else
		snprintf(text, sizeof(text), "%s does not leak any more: %s (site %s)",
			 shown->function, judge_name(now), site);
	record_text(&record, "event", now == JUDGED_LEAK ? "leak" : "no leak");
	record_text(&record, "text", text);
	s->sink(s->context, "event", &record);
}

static void write_other(struct call_sites *s)
{
	struct record record = {.time_ns = s->taken_ns};

	record_tag(&record, "site", "other");
	record_tag(&record, "function", "other");
	add_numbers(&record, &s->snapshot.sites[0]);
	s->sink(s->context, "site", &record);
}

/* The tag function never changes, so that a site is one series. */
static void remember_function(struct shown *shown, const struct site *site,
			      const struct stack_text *text)
{
	if (shown->id == site->id)
		return;
	shown->id = site->id;
	shown->verdict = JUDGED_UNKNOWN;
	shown->texts_due_ns = 0;
	memcpy(shown->function, text->function, sizeof(shown->function));
}

static void write_site(struct call_sites *s, unsigned index)
{
	struct site *site = &s->snapshot.sites[index];
	struct shown *shown = &s->shown[index];
	struct record record = {.time_ns = s->taken_ns};
	char digits[SITE_DIGITS];
	struct trend trend = trends_of(&s->trends, &s->snapshot, index);
	bool has_texts = shown->id != site->id || clock_mono_ns() >= shown->texts_due_ns;

	if (has_texts) {
		if (!stack_text_read(s->text, index))
			return;
		stack_text_write(s->text);
		remember_function(shown, site, s->text);
		s->functions[index] = fnv_add(FNV_START, shown->function, strlen(shown->function));
		shown->texts_due_ns = clock_mono_ns() + TEXTS_NS;
	}
	snprintf(digits, sizeof(digits), "%016llx", (unsigned long long)site->id);
	record_tag(&record, "site", digits);
	record_tag(&record, "function", shown->function);
	add_numbers(&record, site);
	add_verdict(&record, &trend, s);
	if (has_texts) {
		record_text(&record, "stack", s->text->stack);
		record_text(&record, "frames", s->text->addresses);
	}
	s->sink(s->context, "site", &record);
	write_change(s, shown, &trend, digits);
}

static void build_flame(struct call_sites *s)
{
	unsigned n = FLAME_STACKS;
	const uint16_t *largest = snapshot_largest(&s->snapshot, &n);
	double rest = s->snapshot.total.live_bytes;

	flame_start(s->flame);
	for (unsigned i = 0; i < n; i++) {
		double bytes = s->snapshot.sites[largest[i]].live_bytes;

		if (!stack_text_read(s->text, largest[i]))
			continue;
		stack_text_write(s->text);
		flame_add(s->flame, s->text->stack, (uint64_t)bytes);
		rest -= bytes;
	}
	if (rest >= 1)
		flame_add(s->flame, "other", (uint64_t)rest);
}

/*
 * One record for each node, depth first; Grafana's flame graph panel takes them in this order.  All
 * are within one millisecond, because Grafana tells snapshots apart by the millisecond.
 */
static void write_flame(struct call_sites *s)
{
	unsigned level = 0, index = 0;
	int64_t at = s->taken_ns - s->taken_ns % CLOCK_MS;

	build_flame(s);
	do {
		const struct flame_node *node = &s->flame->nodes[index];
		struct record record = {.time_ns = at++};

		record_number(&record, "level", level);
		record_number(&record, "value", (int64_t)node->bytes);
		record_number(&record, "self", (int64_t)node->self);
		record_text(&record, "label", node->name);
		s->sink(s->context, "flame", &record);
		index = flame_next(s->flame, index, &level);
	} while (index);
}

static void write_records(struct call_sites *s)
{
	for (unsigned k = 0; k < s->snapshot.count; k++)
		if (s->snapshot.sites[s->snapshot.list[k]].is_chosen)
			write_site(s, s->snapshot.list[k]);
	write_other(s);
	if (is_flame_due(s)) {
		write_flame(s);
		s->flame_due_ns = clock_mono_ns() + s->options->sites_interval * FLAME_INTERVALS;
	}
	snapshot_make_room(&s->snapshot);
}

bool call_sites_write(struct call_sites *s, int64_t budget_ns)
{
	int64_t cpu_ns = clock_thread_cpu_ns();

	if (!s->is_pending)
		return true;
	if (names_work(&s->text->names, budget_ns)) {
		write_records(s);
		s->is_pending = false;
	}
	s->sidecar_ns += (uint64_t)(clock_thread_cpu_ns() - cpu_ns);
	return !s->is_pending;
}
