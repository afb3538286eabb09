#include "agent/sites/judge.h"

#include "agent/base/root.h"

/*
 * Return how many standard errors a rise must have, squared.  Each snapshot is one more chance for
 * noise to look like a leak, so the longer a process runs, the surer a verdict must be.
 */
static double confidence(const struct judge_evidence *e)
{
	double doublings = 0;

	for (uint32_t n = 8; n < e->snapshots; n *= 2)
		doublings++;
	return (8 + 2 * doublings) / (e->was_leak ? 2 : 1);
}

/* Return the variance of the rise: of its samples, and of what the line misses. */
static double rise_variance(const struct fit *fit, const struct judge_evidence *e)
{
	return e->variance + square(fit->residual);
}

static bool is_significant(double rise, const struct fit *fit, const struct judge_evidence *e)
{
	return square(rise) > confidence(e) * rise_variance(fit, e);
}

/* Return whether the site holds more than it usually did. */
static bool exceeds_past(const struct fit *fit, const struct judge_evidence *e)
{
	double above = fit->level + fit->rise - e->usual_before;

	return above > 0 && is_significant(above, fit, e);
}

/* Return whether what is old stays. */
static bool holds_old(const struct judge_evidence *e)
{
	return e->freed_bytes * (e->was_leak ? 1 : 2) <= e->recent_bytes;
}

static enum judgement judge_fitted(const struct fit_series *s, const struct fit *fit,
				   const struct judge_evidence *e, bool is_steady)
{
	if (!is_significant(fit->rise, fit, e) || (fit->rise > 0 && !is_steady))
		return e->is_of_start ? JUDGED_START_UP : JUDGED_LEVEL;
	if (fit->rise < 0)
		return JUDGED_SHRINKING;
	if (s->n - 1 - fit->onset < JUDGE_FEWEST || !holds_old(e) || !exceeds_past(fit, e))
		return JUDGED_GROWING;
	return JUDGED_LEAK;
}

struct judge_result judge_site(const struct fit_series *s, const struct fit *fit,
			       const struct judge_evidence *e)
{
	double seconds = (double)(s->times_s[s->n - 1] - s->times_s[fit->onset]);
	double error = square_root(rise_variance(fit, e));
	double noise = square_root(e->variance + square(fit_noise(s)));
	bool is_steady = fit_is_steady(s, fit, judge_steady(e->was_leak), noise);

	return (struct judge_result){
	    .verdict = judge_fitted(s, fit, e, is_steady),
	    .slope = fit->slope,
	    .slope_error = seconds > 0 ? 1.96 * error / seconds : 0,
	    .slows_down = fit->rise > 0 && is_significant(fit->rise, fit, e) && !is_steady &&
			  s->n - 1 - fit->onset >= JUDGE_FEWEST,
	};
}

bool judge_rises(double bytes, const struct judge_evidence *e)
{
	return bytes > 0 && square(bytes) > confidence(e) * e->variance;
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
