#include "agent/sites/trends.h"

#include <string.h>

#include "agent/base/root.h"
#include "shim/map.h"
#include "shim/sites/live.h"

#define IDLE 0.02 /* of the average between two snapshots, since the first */
#define START_SNAPSHOTS 2
#define FEWEST_POINTS 3 /* for a fit */
#define LEAST_PART 0.1	/* of the growth of its function, for a site that leaks */

struct trends_memory {
	uint64_t ids[STACKS];
	float old_bytes[STACKS][TREND_SCALES][TREND_POINTS];
	/* The most old bytes of the finest scale in the time of each point, and since the last
	 * point. */
	float peaks[STACKS][TREND_SCALES][TREND_POINTS];
	float peak[STACKS][TREND_SCALES];
	struct trend trends[STACKS][TREND_SCALES];
	struct trend chosen[STACKS]; /* of those, the verdict */
	/* For the scale that is being judged. */
	struct fit fits[STACKS];
	uint8_t middles[STACKS]; /* the last point before the middle of each fit */
	struct judge_evidence evidence[STACKS];
	double stayed_bytes[STACKS];  /* old bytes of the onset that are still live */
	double stayed_middle[STACKS]; /* and of the fit's middle */
	uint16_t summed_by[STACKS];   /* the site of the same function with the sum; 0: none */
	struct function_sum {
		float old_bytes[TREND_POINTS];
		struct judge_evidence since_onset; /* of each site */
		bool leaks;
		double rise;
	} sums[STACKS];
};

bool trends_open(struct trends *t)
{
	if (t->memory == NULL)
		t->memory = map_pages(sizeof(*t->memory));
	return t->memory != NULL;
}

void trends_reset(struct trends *t)
{
	struct trends_memory *m = t->memory;

	if (m)
		memset(m->ids, 0, sizeof(m->ids));
	*t = (struct trends){.memory = m};
}

/*
 * Return whether the process has hardly worked since the last snapshot.  What was requested before
 * the first one does not count: a start requests much, and a forked child inherits the total.
 */
static bool is_idle(struct trends *t, double requested)
{
	double made = requested - t->requested;

	t->requested = requested;
	if (t->offered++ == 0) {
		t->first_requested = requested;
		return false;
	}
	return made < IDLE * (requested - t->first_requested) / (double)(t->offered - 1);
}

/* A new site held nothing before. */
static void clear_new_sites(struct trends_memory *m, const struct snapshot *s)
{
	for (unsigned k = 0; k < s->count; k++) {
		unsigned i = s->list[k];

		if (m->ids[i] == s->sites[i].id)
			continue;
		m->ids[i] = s->sites[i].id;
		memset(m->old_bytes[i], 0, sizeof(m->old_bytes[i]));
		memset(m->peaks[i], 0, sizeof(m->peaks[i]));
		memset(m->peak[i], 0, sizeof(m->peak[i]));
		memset(m->trends[i], 0, sizeof(m->trends[i]));
		m->chosen[i] = (struct trend){0};
	}
}

#define MOVE_DOWN(array) memmove(&(array)[0], &(array)[1], sizeof(array) - sizeof((array)[0]))

/* Drop the oldest point if there is no room for one more. */
static void make_room(struct trends *t, unsigned scale)
{
	struct trend_scale *c = &t->scales[scale];
	struct trends_memory *m = t->memory;

	if (c->n < TREND_POINTS)
		return;
	c->n--;
	MOVE_DOWN(c->times_s);
	MOVE_DOWN(c->before_s);
	MOVE_DOWN(c->heap);
	for (unsigned i = 1; i < STACKS; i++)
		if (m->ids[i]) {
			MOVE_DOWN(m->old_bytes[i][scale]);
			MOVE_DOWN(m->peaks[i][scale]);
		}
}

static void add_point(struct trends *t, const struct snapshot *s, double heap_bytes, unsigned scale)
{
	struct trend_scale *c = &t->scales[scale];
	struct trends_memory *m = t->memory;
	uint32_t before_s = c->n ? c->times_s[c->n - 1] : s->start_s;

	make_room(t, scale);
	c->times_s[c->n] = s->now_s;
	c->before_s[c->n] = before_s;
	c->heap[c->n] = (float)heap_bytes;
	for (unsigned i = 1; i < STACKS; i++)
		if (m->ids[i])
			m->old_bytes[i][scale][c->n] = 0;
	c->n++;
}

static void add_old_bytes(struct trends *t, const struct snapshot *s)
{
	struct live_sample sample;

	for (size_t slot = 0; live_next(&slot, &sample);) {
		uint32_t born_s;
		unsigned i;

		if (sample.stack >= STACKS)
			continue;
		i = snapshot_site(s, sample.stack);
		born_s = s->now_s - snapshot_age_s(s, &sample);
		for (unsigned scale = 0; i && scale < t->updated; scale++) {
			const struct trend_scale *c = &t->scales[scale];

			if (born_s <= c->before_s[c->n - 1])
				t->memory->old_bytes[i][scale][c->n - 1] += (float)sample.bytes;
		}
	}
}

static void add_peaks(struct trends *t)
{
	struct trends_memory *m = t->memory;
	size_t last = t->scales[0].n - 1;

	for (unsigned i = 1; i < STACKS; i++)
		for (unsigned scale = 0; m->ids[i] && scale < TREND_SCALES; scale++) {
			if (m->old_bytes[i][0][last] > m->peak[i][scale])
				m->peak[i][scale] = m->old_bytes[i][0][last];
			if (scale < t->updated) {
				m->peaks[i][scale][t->scales[scale].n - 1] = m->peak[i][scale];
				m->peak[i][scale] = 0;
			}
		}
}

bool trends_add(struct trends *t, const struct snapshot *s, double heap_bytes, double requested)
{
	const struct trend_scale *finest = &t->scales[0];
	uint32_t number;

	if ((finest->n && s->now_s <= finest->times_s[finest->n - 1]) || is_idle(t, requested))
		return false;
	number = ++t->snapshots;
	clear_new_sites(t->memory, s);
	t->updated = 0;
	do
		add_point(t, s, heap_bytes, t->updated++);
	while (t->updated < TREND_SCALES && number % TREND_FACTOR == 0 && (number /= TREND_FACTOR));
	if (t->snapshots <= START_SNAPSHOTS)
		t->start_s = s->now_s;
	add_old_bytes(t, s);
	add_peaks(t);
	return true;
}

static struct fit_series series_of(const struct trends *t, unsigned scale, const float *bytes)
{
	return (struct fit_series){t->scales[scale].times_s, bytes, t->scales[scale].n};
}

static bool is_judged(const struct trends *t, const struct snapshot *s, unsigned i)
{
	return i && s->sites[i].id && t->memory->ids[i] == s->sites[i].id;
}

/* Return the value that no more than ${rank} of the ${n} values exceed. */
static double ranked(const float *values, size_t n, size_t rank)
{
	float largest[TREND_POINTS];
	size_t used = 0;

	if (n <= rank)
		return 0;
	for (size_t i = 0; i < n; i++) {
		size_t at = used;

		used += used <= rank;
		for (; at > 0 && largest[at - 1] < values[i]; at--)
			if (at <= rank)
				largest[at] = largest[at - 1];
		if (at <= rank)
			largest[at] = values[i];
	}
	return (double)largest[rank];
}

static size_t count_until(const struct trend_scale *c, uint32_t time_s)
{
	size_t n = 0;

	while (n < c->n && c->times_s[n] <= time_s)
		n++;
	return n;
}

/*
 * Return how many old bytes site ${i} had before the onset: the most that this scale knows, or what
 * it had in an eighth of the points of a coarser scale.  One peak long ago does not count.
 */
static double usual_before(const struct trends *t, unsigned scale, unsigned i, uint32_t onset_s)
{
	const struct trends_memory *m = t->memory;
	double most = ranked(m->old_bytes[i][scale], count_until(&t->scales[scale], onset_s), 0);

	while (++scale < TREND_SCALES) {
		size_t n = count_until(&t->scales[scale], onset_s);
		double usual = ranked(m->peaks[i][scale], n, n / 8);

		if (usual > most)
			most = usual;
	}
	return most;
}

/* Return the last point before the middle of the fit. */
static size_t middle_of(const struct trend_scale *c, const struct fit *fit)
{
	size_t at = fit->onset;

	while (c->times_s[at + 1] <= fit->middle_s)
		at++;
	return at;
}

static void prepare_site(struct trends *t, unsigned scale, unsigned i)
{
	struct trends_memory *m = t->memory;
	struct fit_series series = series_of(t, scale, m->old_bytes[i][scale]);

	m->fits[i] = fit_line(&series);
	m->middles[i] = (uint8_t)middle_of(&t->scales[scale], &m->fits[i]);
	m->stayed_bytes[i] = m->stayed_middle[i] = 0;
	m->summed_by[i] = 0;
	m->evidence[i] = (struct judge_evidence){
	    .snapshots = t->snapshots,
	    .usual_before = usual_before(t, scale, i, t->scales[scale].times_s[m->fits[i].onset]),
	    .is_of_start = true,
	    .was_leak = m->chosen[i].result.verdict == JUDGED_LEAK,
	};
}

/* Look at the live samples again: which were made before the onset, and which since. */
static void gather_evidence(struct trends *t, const struct snapshot *s, unsigned scale)
{
	const struct trend_scale *c = &t->scales[scale];
	struct trends_memory *m = t->memory;
	struct live_sample sample;

	for (size_t slot = 0; live_next(&slot, &sample);) {
		uint32_t born_s;
		unsigned i;

		if (sample.stack >= STACKS)
			continue;
		i = snapshot_site(s, sample.stack);
		if (!is_judged(t, s, i))
			continue;
		born_s = s->now_s - snapshot_age_s(s, &sample);
		if (born_s > t->start_s)
			m->evidence[i].is_of_start = false;
		if (born_s <= c->before_s[m->middles[i]])
			m->stayed_middle[i] += (double)sample.bytes;
		if (born_s <= c->before_s[m->fits[i].onset]) {
			m->stayed_bytes[i] += (double)sample.bytes;
		} else if (born_s <= c->before_s[c->n - 1]) {
			m->evidence[i].recent_bytes += (double)sample.bytes;
			m->evidence[i].variance += snapshot_variance(&sample);
		}
	}
}

/* Add what has been freed since the onset, or the middle.  It is as uncertain as the rest. */
static void add_freed(struct trends *t, const struct snapshot *s, unsigned scale, unsigned i)
{
	struct trends_memory *m = t->memory;
	struct judge_evidence *e = &m->evidence[i];
	const struct site *site = &s->sites[i];
	const float *old_bytes = m->old_bytes[i][scale];
	double freed = (double)old_bytes[m->fits[i].onset] - m->stayed_bytes[i];
	double freed_middle = (double)old_bytes[m->middles[i]] - m->stayed_middle[i];

	if (freed > 0)
		e->variance += site->live_bytes > 0 ? site->variance / site->live_bytes * freed
						    : square(freed);
	e->freed_bytes = freed > freed_middle ? freed : freed_middle;
}

static bool grows(enum judgement verdict)
{
	return verdict == JUDGED_LEAK || verdict == JUDGED_GROWING;
}

/*
 * Return whether the process's exact live bytes, which no sampling blurs, allow that the site
 * leaks. They must not grow ever slower, if most of their growth is the site's, and they must grow:
 * else the site takes the place of another.  That does not end a verdict.
 */
static bool heap_allows_leak(const struct trend_scale *c, const struct fit *fit, bool was_leak)
{
	struct fit_series heap = {c->times_s, c->heap, c->n};
	struct fit line = fit_from(&heap, fit->onset);
	double noise = fit_noise(&heap);

	if (line.rise < fit->rise / 2)
		return was_leak || line.rise + 2 * noise >= fit->rise / 2;
	return fit->rise < line.rise / 2 ||
	       fit_is_steady(&heap, &line, judge_steady(was_leak), noise);
}

static void set_growth(const struct trend_scale *c, const struct fit *fit, struct trend *trend)
{
	double heap = (double)c->heap[c->n - 1] - (double)c->heap[fit->onset];

	trend->since_s = c->before_s[fit->onset];
	trend->growth_share = heap > 0 ? fit->rise / heap : 0;
	if (trend->growth_share > 1)
		trend->growth_share = 1;
}

static struct trend trend_of(const struct trends *t, unsigned scale, unsigned i)
{
	const struct trend_scale *c = &t->scales[scale];
	const struct trends_memory *m = t->memory;
	const struct fit *fit = &m->fits[i];
	struct fit_series series = series_of(t, scale, m->old_bytes[i][scale]);
	struct trend trend = {.result = judge_site(&series, fit, &m->evidence[i])};

	if (trend.result.verdict == JUDGED_LEAK &&
	    !heap_allows_leak(c, fit, m->evidence[i].was_leak))
		trend.result.verdict = JUDGED_GROWING;
	if (grows(trend.result.verdict))
		set_growth(c, fit, &trend);
	return trend;
}

/* Add the evidence of site ${i} to ${sum}, as if all that it holds were new. */
static void add_evidence(const struct trends *t, const struct snapshot *s, unsigned i,
			 struct judge_evidence *sum)
{
	const struct judge_evidence *e = &t->memory->evidence[i];
	double variance = s->sites[i].variance;

	sum->variance += e->variance > variance ? e->variance : variance;
	sum->recent_bytes += e->recent_bytes;
	sum->freed_bytes += e->freed_bytes;
	sum->usual_before += e->usual_before;
}

/* Judge the sum of all sites of the function of site ${i}. */
static void sum_sites(struct trends *t, const struct snapshot *s, const uint64_t *functions,
		      unsigned scale, unsigned i)
{
	struct trends_memory *m = t->memory;
	struct function_sum *sum = &m->sums[i];
	struct fit_series series = series_of(t, scale, sum->old_bytes);
	struct judge_evidence evidence = {.snapshots = t->snapshots,
					  .was_leak = m->evidence[i].was_leak};
	unsigned sites = 0;
	struct fit fit;

	*sum = (struct function_sum){.since_onset = evidence};
	for (unsigned k = 0; k < s->count; k++) {
		unsigned other = s->list[k];

		if (functions[other] != functions[i])
			continue;
		sites++;
		sum->since_onset.variance += m->evidence[other].variance;
		add_evidence(t, s, other, &evidence);
		for (size_t at = 0; at < series.n; at++)
			sum->old_bytes[at] += m->old_bytes[other][scale][at];
		if (m->evidence[other].was_leak == evidence.was_leak)
			m->summed_by[other] = (uint16_t)i;
	}
	if (sites == 1) /* its own verdict stands */
		return;
	fit = fit_line(&series);
	sum->leaks = judge_site(&series, &fit, &evidence).verdict == JUDGED_LEAK &&
		     heap_allows_leak(&t->scales[scale], &fit, evidence.was_leak);
	sum->rise = fit.rise;
}

/* One sum serves all sites of the function that had the same verdict. */
static const struct function_sum *function_of(struct trends *t, const struct snapshot *s,
					      const uint64_t *functions, unsigned scale, unsigned i)
{
	struct trends_memory *m = t->memory;

	if (m->summed_by[i] == 0)
		sum_sites(t, s, functions, scale, i);
	return &m->sums[m->summed_by[i]];
}

/* Return whether the function has grown since the onset of site ${i}. */
static bool function_rises(const struct trends *t, const struct function_sum *sum, unsigned scale,
			   unsigned i)
{
	double now = (double)sum->old_bytes[t->scales[scale].n - 1];
	double then = (double)sum->old_bytes[t->memory->fits[i].onset];

	return judge_rises(now - then, &sum->since_onset);
}

/* Return whether site ${i} has a part in the leak of its function. */
static bool has_part(const struct trends_memory *m, unsigned i, double function_rise)
{
	const struct judge_evidence *e = &m->evidence[i];

	return m->fits[i].rise >= function_rise * LEAST_PART &&
	       e->freed_bytes * 2 <= e->recent_bytes;
}

/*
 * A leak of one function may come through many stacks, each with too few samples to tell.  And what
 * one stack of a function fills, another may refill.  So the sum over a function decides.
 */
static void judge_function(struct trends *t, const struct snapshot *s, const uint64_t *functions,
			   unsigned scale, unsigned i)
{
	struct trend *trend = &t->memory->trends[i][scale];
	const struct function_sum *sum = function_of(t, s, functions, scale, i);

	if (sum->leaks && has_part(t->memory, i, sum->rise)) {
		set_growth(&t->scales[scale], &t->memory->fits[i], trend);
		trend->result.verdict = JUDGED_LEAK;
	} else if (grows(trend->result.verdict) && !function_rises(t, sum, scale, i)) {
		trend->result.verdict = JUDGED_LEVEL;
		trend->since_s = 0;
	}
}

static void judge_scale(struct trends *t, const struct snapshot *s, const uint64_t *functions,
			unsigned scale)
{
	struct trends_memory *m = t->memory;

	if (t->scales[scale].n < FEWEST_POINTS)
		return;
	for (unsigned k = 0; k < s->count; k++)
		prepare_site(t, scale, s->list[k]);
	gather_evidence(t, s, scale);
	for (unsigned k = 0; k < s->count; k++)
		add_freed(t, s, scale, s->list[k]);
	for (unsigned k = 0; k < s->count; k++) {
		unsigned i = s->list[k];

		m->trends[i][scale] = trend_of(t, scale, i);
		if (functions[i])
			judge_function(t, s, functions, scale, i);
	}
}

/* Return whether a coarser scale, which knows more of the past, shows that growth slows down. */
static bool slows_down(const struct trend *scales, unsigned scale)
{
	return scale + 1 < TREND_SCALES && scales[scale + 1].result.slows_down;
}

/* Return whether a finer scale, whose verdict is newer, shows that a leak has ended. */
static bool has_ended(const struct trend *scales, unsigned scale)
{
	const struct judge_result *leak = &scales[scale].result;
	const struct judge_result *newer = scale ? &scales[scale - 1].result : leak;

	return newer->slope + newer->slope_error < leak->slope / 2;
}

/*
 * Choose what is said of a site.  A leak is said by the coarsest scale that sees it, which knows
 * best since when and how fast; growth by the finest; all else by the finest.
 */
static struct trend choose_scale(const struct trend scales[TREND_SCALES])
{
	for (unsigned i = TREND_SCALES; i-- > 0;)
		if (scales[i].result.verdict == JUDGED_LEAK && !has_ended(scales, i) &&
		    !slows_down(scales, i))
			return scales[i];
	for (unsigned i = 0; i < TREND_SCALES; i++)
		if (grows(scales[i].result.verdict)) {
			struct trend trend = scales[i];

			trend.result.verdict = JUDGED_GROWING;
			return trend;
		}
	return scales[0];
}

static void say(struct trends_memory *m, unsigned i)
{
	struct trend before = m->chosen[i], now = choose_scale(m->trends[i]);

	/* A scale forgets its oldest points. */
	if (before.result.verdict == JUDGED_LEAK && now.result.verdict == JUDGED_LEAK &&
	    before.since_s < now.since_s)
		now.since_s = before.since_s;
	m->chosen[i] = now;
}

void trends_judge(struct trends *t, const struct snapshot *s, const uint64_t *functions)
{
	for (unsigned scale = 0; scale < t->updated; scale++)
		judge_scale(t, s, functions, scale);
	for (unsigned k = 0; k < s->count; k++)
		say(t->memory, s->list[k]);
}

bool trends_can_judge(const struct trends *t)
{
	return t->scales[0].n >= FEWEST_POINTS;
}

struct trend trends_of(const struct trends *t, const struct snapshot *s, unsigned i)
{
	return is_judged(t, s, i) ? t->memory->chosen[i] : (struct trend){0};
}
