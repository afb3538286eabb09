#include "agent/sites/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "agent/base/root.h"
#include "agent/sites/identity.h"
#include "shim/map.h"
#include "shim/sites/exponential.h"
#include "shim/sites/live.h"

#define SLOTS ((size_t)4 * STACKS)
#define ONE ((double)(1 << WEIGHT_PLACES))

struct snapshot_memory {
	struct site sites[STACKS];
	uint64_t hash[STACKS];	/* of the stack, when ids[] was computed */
	uint64_t ids[STACKS];	/* of the stack's site */
	uint16_t first[STACKS]; /* index of the first stack of the same site */
	bool is_site[STACKS];	/* sites[] has a number there */
	uint16_t slots[SLOTS];	/* hash table from id to that index; 0: empty */
	uint16_t order[STACKS];
	uint16_t list[STACKS];
};

static const uint32_t cohort_from_s[COHORTS] = {
#define SITE_COHORT(id, seconds, doc) seconds,
#include "agent/encode/site_fields.def"
};

bool snapshot_open(struct snapshot *s)
{
	struct snapshot_memory *m;

	if (s->memory)
		return true;
	m = map_pages(sizeof(*m));
	if (m == NULL)
		return false;
	s->memory = m;
	s->sites = m->sites;
	s->list = m->list;
	return true;
}

void snapshot_reset(struct snapshot *s)
{
	if (s->memory)
		memset(s->memory, 0, sizeof(*s->memory));
	s->count = 0;
}

/* Return the number of the site of the stack ${index}, or 0 while its frames are not there. */
static uint64_t id_of(struct snapshot_memory *m, unsigned index, uint64_t hash)
{
	uint64_t frames[STACKS_FRAMES];
	unsigned end;
	size_t n;

	if (m->hash[index] == hash)
		return m->ids[index];
	n = stacks_copy(index, frames, &end);
	if (n == 0)
		return 0;
	m->ids[index] = identity_of(frames, n);
	m->hash[index] = hash;
	return m->ids[index];
}

/* Return the index of the first stack with the site ${id}; it is ${index} if there is none yet. */
static uint16_t find_first(struct snapshot_memory *m, uint64_t id, unsigned index)
{
	for (uint64_t slot = id % SLOTS;; slot = (slot + 1) % SLOTS) {
		if (m->slots[slot] == 0)
			m->slots[slot] = (uint16_t)index;
		if (m->ids[m->slots[slot]] == id)
			return m->slots[slot];
	}
}

/* Start anew, but keep what this snapshot needs of the last one. */
static void clear(struct site *site, uint64_t id)
{
	struct site kept = {.id = id};

	if (site->id == id) {
		kept.before_live = site->live_bytes;
		kept.before_alloc = site->alloc_bytes;
		kept.trend = site->trend;
		kept.used_s = site->used_s;
	}
	*site = kept;
}

static void add_totals(struct site *site, const struct stack_totals *totals)
{
	site->alloc_bytes += (double)totals->alloc_bytes;
	site->alloc_objects += (double)totals->alloc_objects / ONE;
	site->freed_bytes += (double)totals->freed_bytes;
	site->freed_objects += (double)totals->freed_objects / ONE;
}

static void add_stacks(struct snapshot *s)
{
	struct snapshot_memory *m = s->memory;

	memset(m->slots, 0, sizeof(m->slots));
	s->count = 0;
	for (unsigned i = 0; i < STACKS; i++) {
		struct stack_totals totals;
		uint64_t hash = stacks_read(i, &totals);
		uint64_t id = hash && i ? id_of(m, i, hash) : 0;

		m->first[i] = id ? find_first(m, id, i) : 0;
		if (m->first[i] == i)
			clear(&m->sites[i], id);
		else if (m->is_site[i]) /* unused pages stay untouched */
			m->sites[i].id = 0;
		m->is_site[i] = id && m->first[i] == i;
		if (m->is_site[i])
			m->list[s->count++] = (uint16_t)i;
		/* Until its frames are there, a stack counts as other. */
		if (hash)
			add_totals(&m->sites[m->first[i]], &totals);
	}
}

static unsigned cohort_of(uint32_t age_s)
{
	unsigned cohort = COHORTS - 1;

	while (age_s < cohort_from_s[cohort])
		cohort--;
	return cohort;
}

/* Horvitz and Thompson, for probability p and weight w = 1 / p: (bytes / p)^2 (1 - p). */
double snapshot_variance(const struct live_sample *sample)
{
	double bytes = (double)sample->bytes;

	return bytes * bytes * (1 - ONE / (double)sample->weight);
}

static void add_sample(struct site *site, const struct live_sample *sample, uint32_t age_s)
{
	double weight = (double)sample->weight / ONE;
	double bytes = (double)sample->bytes;

	site->live_bytes += bytes;
	site->live_objects += weight;
	site->variance += snapshot_variance(sample);
	site->cohort_bytes[cohort_of(age_s)] += bytes;
	if (age_s > site->oldest_s)
		site->oldest_s = age_s;
}

uint32_t snapshot_age_s(const struct snapshot *s, const struct live_sample *sample)
{
	uint32_t born_s = sample->born_s ? sample->born_s : s->start_s;

	return s->now_s > born_s ? s->now_s - born_s : 0;
}

static void add_live(struct snapshot *s)
{
	struct live_sample sample;

	for (size_t slot = 0; live_next(&slot, &sample);) {
		uint32_t age_s;

		if (sample.stack >= STACKS)
			continue;
		age_s = snapshot_age_s(s, &sample);
		add_sample(&s->sites[s->memory->first[sample.stack]], &sample, age_s);
		add_sample(&s->total, &sample, age_s);
	}
}

static void compare(struct site *site, uint32_t now_s)
{
	site->trend = 0.7 * site->trend + 0.3 * (site->live_bytes - site->before_live);
	if (site->alloc_bytes != site->before_alloc)
		site->used_s = now_s;
}

void snapshot_take(struct snapshot *s, uint32_t now_s)
{
	s->now_s = now_s;
	s->total = (struct site){0};
	add_stacks(s);
	add_live(s);
	compare(&s->sites[0], now_s);
	for (unsigned k = 0; k < s->count; k++)
		compare(&s->sites[s->list[k]], now_s);
}

unsigned snapshot_site(const struct snapshot *s, unsigned index)
{
	return s->memory->first[index];
}

static double held(const struct site *site)
{
	return site->live_bytes;
}

static double grown(const struct site *site)
{
	return site->trend;
}

static double made(const struct site *site)
{
	return site->alloc_bytes - site->before_alloc;
}

/* List the ${top} sites with the largest values above 0 in order[], and return their number. */
static unsigned list_best(struct snapshot *s, unsigned top, double (*value)(const struct site *))
{
	uint16_t *best = s->memory->order;
	unsigned n = 0;

	for (unsigned k = 0; k < s->count; k++) {
		double mine = value(&s->sites[s->list[k]]);
		unsigned at = n;

		if (mine <= 0 || (n == top && mine <= value(&s->sites[best[n - 1]])))
			continue;
		if (n == top)
			at--;
		else
			n++;
		for (; at > 0 && value(&s->sites[best[at - 1]]) < mine; at--)
			best[at] = best[at - 1];
		best[at] = s->list[k];
	}
	return n;
}

static void choose(struct snapshot *s, unsigned top, double (*value)(const struct site *))
{
	unsigned n = list_best(s, top, value);

	while (n > 0)
		s->sites[s->memory->order[--n]].is_chosen = true;
}

static void add_site(struct site *to, const struct site *from)
{
	to->live_bytes += from->live_bytes;
	to->live_objects += from->live_objects;
	to->variance += from->variance;
	to->alloc_bytes += from->alloc_bytes;
	to->alloc_objects += from->alloc_objects;
	to->freed_bytes += from->freed_bytes;
	to->freed_objects += from->freed_objects;
	for (unsigned i = 0; i < COHORTS; i++)
		to->cohort_bytes[i] += from->cohort_bytes[i];
	if (from->oldest_s > to->oldest_s)
		to->oldest_s = from->oldest_s;
}

void snapshot_choose(struct snapshot *s, unsigned top)
{
	choose(s, top, held);
	choose(s, top, grown);
	choose(s, top, made);
}

const uint16_t *snapshot_largest(struct snapshot *s, unsigned *n)
{
	*n = list_best(s, *n, held);
	return s->memory->order;
}

void snapshot_add_rest(struct snapshot *s)
{
	for (unsigned k = 0; k < s->count; k++)
		if (!s->sites[s->list[k]].is_chosen)
			add_site(&s->sites[0], &s->sites[s->list[k]]);
}

static const struct snapshot *sorting;

static int by_last_use(const void *a, const void *b)
{
	uint32_t x = sorting->sites[*(const uint16_t *)a].used_s;
	uint32_t y = sorting->sites[*(const uint16_t *)b].used_s;

	return (x > y) - (x < y);
}

void snapshot_make_room(struct snapshot *s)
{
	struct snapshot_memory *m = s->memory;
	unsigned used = stacks_used(), n = 0, retired = 0;

	if (used < STACKS - STACKS / 4)
		return;
	for (unsigned k = 0; k < s->count; k++)
		if (s->sites[s->list[k]].live_bytes == 0)
			m->order[n++] = s->list[k];
	sorting = s;
	qsort(m->order, n, sizeof(m->order[0]), by_last_use);
	/* All stacks of a site, so that its totals move to other at once. */
	for (unsigned k = 0; k < n && used - retired > STACKS / 2; k++)
		for (unsigned i = m->order[k]; i < STACKS; i++)
			retired += m->first[i] == m->order[k] && stacks_retire(i);
}

double snapshot_error(const struct site *site)
{
	return 1.96 * square_root(site->variance);
}
