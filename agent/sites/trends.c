#include "agent/sites/trends.h"

#include <string.h>

#include "shim/map.h"
#include "shim/sites/live.h"

#define IDLE 0.02 /* of the average between two snapshots */
#define START_SNAPSHOTS 2

struct trends_memory {
	uint64_t ids[STACKS];
	float bytes[STACKS][JUDGE_POINTS];
	float objects[STACKS][JUDGE_POINTS];
	struct fit fits[STACKS];
	struct judge_evidence evidence[STACKS];
};

bool trends_open(struct trends *t)
{
	struct trends_memory *m;

	if (t->memory)
		return true;
	m = map_pages(sizeof(*m));
	if (m == NULL)
		return false;
	t->memory = m;
	t->every = 1;
	return true;
}

void trends_reset(struct trends *t)
{
	struct trends_memory *m = t->memory;

	if (m)
		memset(m->ids, 0, sizeof(m->ids));
	*t = (struct trends){.memory = m, .every = 1};
}

static void drop_every_other(struct trends *t, const struct snapshot *s)
{
	size_t half = t->n / 2;

	for (size_t i = 0; i < half; i++) {
		t->times_s[i] = t->times_s[2 * i + 1];
		t->heap[i] = t->heap[2 * i + 1];
	}
	for (unsigned site = 1; site < STACKS; site++)
		for (size_t i = 0; i < half && s->sites[site].id; i++) {
			t->memory->bytes[site][i] = t->memory->bytes[site][2 * i + 1];
			t->memory->objects[site][i] = t->memory->objects[site][2 * i + 1];
		}
	t->n = half;
	t->every *= 2;
}

static bool is_idle(struct trends *t, double requested)
{
	double made = requested - t->requested;

	t->requested = requested;
	if (t->n > 1 && made < IDLE * t->busy_bytes)
		return true;
	t->busy_bytes = t->n > 1 ? 0.8 * t->busy_bytes + 0.2 * made : made;
	return false;
}

/* Make room for one more snapshot, or let it replace the last one.  Return its index. */
static size_t next_index(struct trends *t, const struct snapshot *s)
{
	if (t->n && t->in_last < t->every) {
		t->in_last++;
		return t->n - 1;
	}
	if (t->n == JUDGE_POINTS)
		drop_every_other(t, s);
	t->in_last = 1;
	return t->n++;
}

bool trends_add(struct trends *t, const struct snapshot *s, double heap_bytes, double requested)
{
	struct trends_memory *m = t->memory;
	size_t at;

	if (is_idle(t, requested) || (t->n && s->now_s <= t->times_s[t->n - 1]))
		return false;
	at = next_index(t, s);
	t->times_s[at] = s->now_s;
	t->heap[at] = (float)heap_bytes;
	for (unsigned i = 1; i < STACKS; i++) {
		const struct site *site = &s->sites[i];

		if (site->id == 0)
			continue;
		/* A new site held nothing before. */
		if (m->ids[i] != site->id) {
			m->ids[i] = site->id;
			memset(m->bytes[i], 0, sizeof(m->bytes[i]));
			memset(m->objects[i], 0, sizeof(m->objects[i]));
		}
		m->bytes[i][at] = (float)site->live_bytes;
		m->objects[i][at] = (float)site->live_objects;
	}
	return true;
}

static struct fit_series series_of(const struct trends *t, const float *bytes)
{
	return (struct fit_series){t->times_s, bytes, t->n};
}

static bool is_judged(const struct trends *t, const struct snapshot *s, unsigned i)
{
	return i && s->sites[i].id && s->sites[i].is_chosen && t->memory->ids[i] == s->sites[i].id;
}

/* Look at the live samples again: what was made before and after the moments that the fits tell. */
static void gather_evidence(struct trends *t, const struct snapshot *s)
{
	struct trends_memory *m = t->memory;

	for (size_t slot = 0; slot < LIVE_SLOTS; slot++) {
		struct live_sample sample;
		uint32_t born_s;
		unsigned i;

		if (!live_read(slot, &sample) || sample.stack >= STACKS)
			continue;
		i = snapshot_site(s, sample.stack);
		if (!is_judged(t, s, i))
			continue;
		born_s = s->now_s - snapshot_age_s(s, &sample);
		if (born_s >= t->times_s[m->fits[i].onset])
			m->evidence[i].young_variance += snapshot_variance(&sample);
		if (born_s < m->fits[i].middle_s)
			m->evidence[i].old_bytes += (double)sample.bytes;
		if (born_s > t->times_s[START_SNAPSHOTS - 1])
			m->evidence[i].is_of_start = false;
	}
}

static bool grows(enum judgement verdict)
{
	return verdict == JUDGED_LEAK || verdict == JUDGED_GROWING;
}

static struct trend trend_of(const struct trends *t, unsigned i)
{
	struct trends_memory *m = t->memory;
	const struct fit *fit = &m->fits[i];
	struct fit_series series = series_of(t, m->bytes[i]);
	double heap = (double)t->heap[t->n - 1] - (double)t->heap[fit->onset];
	struct trend trend = {.result = judge_site(&series, fit, &m->evidence[i])};

	if (grows(trend.result.verdict)) {
		trend.since_s = t->times_s[fit->onset];
		trend.growth_share = heap > 0 ? fit->rise / heap : 0;
		if (trend.growth_share > 1)
			trend.growth_share = 1;
	}
	return trend;
}

/*
 * Return whether all sites of the function of site ${i} together grow.  Their sum is as uncertain
 * as all of them: some shrink while others grow.
 */
static bool function_grows(struct trends *t, const struct snapshot *s, const uint64_t *functions,
			   unsigned i)
{
	struct trends_memory *m = t->memory;
	float sum[JUDGE_POINTS] = {0};
	struct fit_series series = series_of(t, sum);
	struct judge_evidence evidence = m->evidence[i];
	struct fit fit;
	unsigned sites = 0;

	evidence.young_variance = 0;
	for (unsigned k = 1; k < STACKS; k++) {
		if (!is_judged(t, s, k) || functions[k] != functions[i])
			continue;
		sites++;
		evidence.young_variance += m->evidence[k].variance;
		for (size_t at = 0; at < t->n; at++)
			sum[at] += m->bytes[k][at];
	}
	if (sites == 1)
		return true;
	fit = fit_line(&series);
	return grows(judge_site(&series, &fit, &evidence).verdict);
}

static void prepare_site(struct trends *t, const struct snapshot *s, unsigned i)
{
	struct trends_memory *m = t->memory;
	struct fit_series series = series_of(t, m->bytes[i]);
	size_t last = t->n - 1;

	m->fits[i] = fit_line(&series);
	m->evidence[i] = (struct judge_evidence){
	    .middle_bytes = fit_value(&series, m->fits[i].middle_s),
	    .variance = s->sites[i].variance,
	    .live_objects = (double)m->objects[i][last],
	    .objects_growth = (double)m->objects[i][last] - (double)m->objects[i][m->fits[i].onset],
	    .is_of_start = true,
	};
}

void trends_judge(struct trends *t, const struct snapshot *s, const uint64_t *functions,
		  struct trend *judged)
{
	if (t->n < 3)
		return;
	for (unsigned i = 1; i < STACKS; i++)
		if (is_judged(t, s, i))
			prepare_site(t, s, i);
	gather_evidence(t, s);
	for (unsigned i = 1; i < STACKS; i++) {
		if (!is_judged(t, s, i))
			continue;
		judged[i] = trend_of(t, i);
		if (grows(judged[i].result.verdict) && functions[i] &&
		    !function_grows(t, s, functions, i)) {
			judged[i].result.verdict = JUDGED_LEVEL;
			judged[i].since_s = 0;
		}
	}
}
