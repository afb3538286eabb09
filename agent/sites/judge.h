#ifndef MEMAGENT_JUDGE_H
#define MEMAGENT_JUDGE_H
/*
 * judge: whether a call site leaks, from its old live bytes in the last snapshots (trends.h).
 *
 * A leak keeps a constant share of what it makes, for ever.  So its old bytes grow as long as the
 * program works, no slower later than earlier, and what is old stays.  A cache that is full stays
 * level, a queue frees its oldest objects, and a start-up ends.
 *
 * Layer    agent, leaf; pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/base/fit.h"

#define JUDGE_FEWEST 9 /* snapshots of growth before a leak is told from a short growth */

enum judgement {
	JUDGED_UNKNOWN,
#define JUDGEMENT(id, name) JUDGED_##id,
#include "agent/encode/judgements.def"
#undef JUDGEMENT
	JUDGEMENTS
};

/* What else is known about the site. */
struct judge_evidence {
	uint32_t snapshots;  /* of the process so far */
	double recent_bytes; /* old bytes that were not old at the onset */
	double freed_bytes;  /* old bytes of the onset, or of the middle, freed since */
	double variance;     /* of the estimate of the rise */
	double usual_before; /* old bytes that it often had before the onset */
	bool is_of_start;    /* all live objects are from the process's first snapshots */
	bool was_leak;	     /* the last verdict */
};

struct judge_result {
	enum judgement verdict;
	double slope;	    /* bytes a second */
	double slope_error; /* half of the 95 % confidence interval */
	bool slows_down;    /* it has grown, and grows less than it did */
};

/*
 * Return the least share that the second half of a leak has of the first.  What was judged a leak
 * keeps its verdict a while longer, so that it does not come and go.
 */
static inline double judge_steady(bool was_leak)
{
	return was_leak ? 0.65 : 0.8;
}

/* Judge the site with that ${fit} of ${series}. */
struct judge_result judge_site(const struct fit_series *series, const struct fit *fit,
			       const struct judge_evidence *evidence);

/* Return whether a rise of ${bytes} is no noise, by the variance of ${evidence}. */
bool judge_rises(double bytes, const struct judge_evidence *evidence);

/* Return the name of ${verdict}, as the field verdict has it; NULL for JUDGED_UNKNOWN. */
const char *judge_name(enum judgement verdict);

#endif
