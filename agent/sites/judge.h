#ifndef MEMAGENT_JUDGE_H
#define MEMAGENT_JUDGE_H
/*
 * judge: whether a call site leaks, from its live bytes in the last snapshots.
 *
 * A leak keeps a constant share of what it makes, for ever.  So its live bytes grow as long as the
 * program works, no slower later than earlier, and what it holds gets old.  A cache that is full
 * stays level, a queue lets its oldest objects go, and a start-up ends.
 *
 * The series is that of flat_then_line: level at first, then a line from the onset on.
 *
 * Layer    agent, leaf; pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/base/fit.h"

#define JUDGE_POINTS 32 /* the largest number of snapshots that a series has */
#define JUDGE_FEWEST 5	/* snapshots of growth before a leak is told from a short growth */

enum judgement {
	JUDGED_UNKNOWN,
#define JUDGEMENT(id, name) JUDGED_##id,
#include "agent/encode/judgements.def"
#undef JUDGEMENT
	JUDGEMENTS
};

/* What is known of the site beside its series. */
struct judge_evidence {
	double young_variance; /* of the estimate of live bytes that were made after the onset */
	double variance;       /* of all live bytes */
	double old_bytes;      /* live bytes that were made before the fit's middle */
	double middle_bytes;   /* live bytes at the middle */
	double objects_growth; /* live objects now less those at the onset */
	double live_objects;
	bool is_of_start; /* all live objects are from the process's first snapshots */
};

struct judge_result {
	enum judgement verdict;
	double slope;	    /* bytes a second */
	double slope_error; /* half of the 95 % confidence interval */
};

/* Judge the site with that ${fit} of ${series}. */
struct judge_result judge_site(const struct fit_series *series, const struct fit *fit,
			       const struct judge_evidence *evidence);

/* Return the name of ${verdict}, as the field verdict has it; NULL for JUDGED_UNKNOWN. */
const char *judge_name(enum judgement verdict);

#endif
