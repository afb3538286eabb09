#ifndef MEMAGENT_SNAPSHOT_H
#define MEMAGENT_SNAPSHOT_H
/*
 * snapshot: what each call site has allocated and holds now, estimated from the samples.
 *
 * Stacks that differ only in code of no object are one call site (identity.h).  Sums stay right
 * when the shim's table is full: what does not fit is in the site "other".
 *
 * Layer    agent; needs identity and shim/sites.
 * Threads  the sidecar.
 * Memory   one mapping, made by snapshot_open.
 */
#include <stdbool.h>
#include <stdint.h>

#include "shim/sites/stacks.h"

enum {
#define SITE_COHORT(id, seconds, doc) COHORT_##id,
#include "agent/encode/site_fields.def"
	COHORTS
};

struct site {
	uint64_t id;	/* identity_of; 0: this entry is not a site of its own */
	bool is_chosen; /* by snapshot_choose */

	/* Estimates. */
	double live_bytes, live_objects;
	double variance; /* of live_bytes */
	double alloc_bytes, alloc_objects;
	double freed_bytes, freed_objects;
	double cohort_bytes[COHORTS]; /* live bytes by age */
	uint32_t oldest_s;	      /* age of the oldest live sample */

	/* Since earlier snapshots. */
	double before_live, before_alloc; /* in the last snapshot */
	double trend;			  /* growth of live_bytes per snapshot, smoothed */
	uint32_t used_s;		  /* when it last allocated */
};

struct snapshot {
	struct site *sites; /* STACKS entries, by the index of the site's first stack; 0 is other */
	const uint16_t *list; /* the indices that are sites, without other */
	unsigned count;	      /* of the list */
	struct site total;
	uint32_t now_s;
	uint32_t start_s; /* when samples that were taken before the agent began count as made */
	struct snapshot_memory *memory;
};

/* Map the memory.  Return false if there is none. */
bool snapshot_open(struct snapshot *s);

/* Forget all, in a forked child. */
void snapshot_reset(struct snapshot *s);

/* Fill ${s} at ${now_s}, in seconds, as sites_set_time has it. */
void snapshot_take(struct snapshot *s, uint32_t now_s);

/*
 * snapshot_choose(s, top):
 * Choose the ${top} sites that hold the most, as many that grow the most, and as many that have
 * made the most since the last snapshot.
 */
void snapshot_choose(struct snapshot *s, unsigned top);

/* Add all sites that are not chosen to site 0. */
void snapshot_add_rest(struct snapshot *s);

/*
 * snapshot_largest(s, n):
 * Return the indices of the ${*n} sites with the most live bytes, the largest first, and set ${*n}
 * to their number.  Valid until the next call for ${s}.
 */
const uint16_t *snapshot_largest(struct snapshot *s, unsigned *n);

/* Return the index of the site of the stack ${index}. */
unsigned snapshot_site(const struct snapshot *s, unsigned index);

/* When the shim's table is nearly full, retire stacks without live samples, the oldest first. */
void snapshot_make_room(struct snapshot *s);

/* Return the variance that ${sample} adds to an estimate. */
struct live_sample;
double snapshot_variance(const struct live_sample *sample);

/* Return how old the object of ${sample} is, in seconds. */
uint32_t snapshot_age_s(const struct snapshot *s, const struct live_sample *sample);

/* Return half of the 95 % confidence interval of the site's live bytes. */
double snapshot_error(const struct site *site);

#endif
