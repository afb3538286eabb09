#ifndef MEMAGENT_CALL_SITES_H
#define MEMAGENT_CALL_SITES_H
/*
 * call_sites: reports which call sites hold, grow and allocate the most.
 *
 * samples (shim/sites) → snapshot → trends, names → records, and flame graphs
 *
 * A snapshot is taken with a point, so that its sums can be compared with the point's.  Its records
 * follow when the functions have names, which may take some points more.
 *
 * Layer    agent; needs encode, settings and shim/sites.
 * Threads  the sidecar.
 * Memory   bounded; allocated with the first sample.
 */
#include <stdbool.h>
#include <stdint.h>

#include "agent/encode/fields.h"
#include "agent/sites/flame.h"
#include "agent/sites/snapshot.h"
#include "agent/sites/stack_text.h"
#include "agent/sites/trends.h"

struct options;

/* Takes a record, which is valid during the call only. */
typedef void record_sink(void *context, const char *kind, struct record *record);

struct call_sites {
	const struct options *options;
	record_sink *sink;
	void *context;
	struct snapshot snapshot;
	struct trends trends;
	struct flame *flame;
	struct stack_text *text;
	struct shown *shown; /* the sites that were reported */
	uint64_t *functions; /* by the site's index: a number for the function, 0: not known yet */

	/* Sums over the sites that are judged to leak; -1: not known yet. */
	int64_t leak_bytes_per_s, leak_sites;

	int64_t opened_ns;    /* (monotonic) */
	int64_t due_ns;	      /* of the next snapshot that is reported (monotonic) */
	int64_t judge_due_ns; /* of the next one that is judged */
	int64_t flame_due_ns; /* of the next flame graph */
	int64_t taken_ns;     /* time of the last snapshot (wall clock) */
	bool is_pending;      /* its records are not written yet */
	uint64_t sidecar_ns;  /* CPU time that this module used */

	uint64_t inherited; /* samples that were taken before a fork */

	/* For pace.h: the values at the last adaptation. */
	int64_t paced_ns, requested, cpu_ns;
};

/*
 * call_sites_open(s, options, sink, context):
 * Report to ${sink}, unless ${options} turn call sites off.  Also in a forked child, which inherits
 * its parent's samples.
 */
void call_sites_open(struct call_sites *s, const struct options *options, record_sink *sink,
		     void *context);

/*
 * call_sites_take(s, point, is_last):
 * Add the fields about call sites to ${point}, which has all other values. Adapt how often samples
 * are taken. Take a snapshot if one is due or this ${is_last}.
 */
void call_sites_take(struct call_sites *s, struct point *point, bool is_last);

/*
 * call_sites_write(s, budget_ns):
 * Look up names, for about ${budget_ns} of CPU time.  When all are known, write the records of the
 * last snapshot.  Return whether they are written.
 */
bool call_sites_write(struct call_sites *s, int64_t budget_ns);

#endif
