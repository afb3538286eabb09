#include "agent/sites/judge.h"

#include "agent/base/root.h"

#define CONFIDENT 2.8 /* standard errors, for 99.5 % on both sides; 8 equal samples are enough */

/* Standard error of the rise: of the samples that it consists of, and of what the line misses. */
static double rise_error(const struct fit *fit, const struct judge_evidence *e)
{
	return square_root(e->young_variance + square(fit->residual));
}

/*
 * Return whether what is old stays: most of what had grown by the middle is still live.  A single
 * object that grows is made anew with each resize, so it never gets old.
 */
static bool holds_old(const struct fit *fit, const struct judge_evidence *e)
{
	if (e->objects_growth < 1 && e->live_objects < 8)
		return true;
	return e->old_bytes * 2 > e->middle_bytes - fit->level;
}

static enum judgement judge_fitted(const struct fit_series *s, const struct fit *fit,
				   const struct judge_evidence *e)
{
	double error = rise_error(fit, e);

	if (-fit->rise > CONFIDENT * square_root(e->variance + square(fit->residual)))
		return JUDGED_SHRINKING;
	if (fit->rise <= CONFIDENT * error || !fit_is_steady(s, fit, error))
		return e->is_of_start ? JUDGED_START_UP : JUDGED_LEVEL;
	if (s->n - 1 - fit->onset < JUDGE_FEWEST || !holds_old(fit, e))
		return JUDGED_GROWING;
	return JUDGED_LEAK;
}

struct judge_result judge_site(const struct fit_series *s, const struct fit *fit,
			       const struct judge_evidence *e)
{
	double seconds = (double)(s->times_s[s->n - 1] - s->times_s[fit->onset]);

	return (struct judge_result){
	    .verdict = judge_fitted(s, fit, e),
	    .slope = fit->slope,
	    .slope_error = seconds > 0 ? 1.96 * rise_error(fit, e) / seconds : 0,
	};
}

const char *judge_name(enum judgement verdict)
{
	static const char *const names[JUDGEMENTS] = {
#define JUDGEMENT(id, name) [JUDGED_##id] = (name),
#include "agent/encode/judgements.def"
#undef JUDGEMENT
	};

	return names[verdict];
}
