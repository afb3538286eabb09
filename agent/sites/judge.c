#include "agent/sites/judge.h"

#include "agent/base/root.h"

#define CONFIDENT 2.8 /* standard errors, for 99.5 % on both sides; 8 equal samples are enough */

static double square(double x)
{
	return x * x;
}

/* Fit with that onset.  Return the sum of the squares of what is left. */
static double fit_at(const struct judge_series *s, size_t onset, struct judge_fit *fit)
{
	double sum = 0, products = 0, squares = 0, left = 0;
	size_t flat = onset + 1;

	for (size_t i = 0; i < flat; i++)
		sum += (double)s->bytes[i];
	fit->onset = onset;
	fit->level = sum / (double)flat;
	for (size_t i = flat; i < s->n; i++) {
		double seconds = (double)(s->times_s[i] - s->times_s[onset]);

		products += seconds * ((double)s->bytes[i] - fit->level);
		squares += square(seconds);
	}
	fit->slope = squares > 0 ? products / squares : 0;
	for (size_t i = 0; i < s->n; i++) {
		double seconds = i < flat ? 0 : (double)(s->times_s[i] - s->times_s[onset]);

		left += square((double)s->bytes[i] - fit->level - fit->slope * seconds);
	}
	return left;
}

struct judge_fit judge_fit(const struct judge_series *s)
{
	struct judge_fit best, fit = {0};
	double least = fit_at(s, 0, &best);

	for (size_t onset = 1; onset + 2 < s->n; onset++) {
		double left = fit_at(s, onset, &fit);

		if (left < least) {
			least = left;
			best = fit;
		}
	}
	best.residual = square_root(least / (double)s->n);
	best.rise = best.slope * (double)(s->times_s[s->n - 1] - s->times_s[best.onset]);
	best.middle_s =
	    s->times_s[best.onset] + (s->times_s[s->n - 1] - s->times_s[best.onset]) / 2;
	return best;
}

double judge_value(const struct judge_series *s, uint32_t time_s)
{
	size_t i = 1;
	double share;

	while (i + 1 < s->n && s->times_s[i] < time_s)
		i++;
	share = (double)(time_s - s->times_s[i - 1]) / (double)(s->times_s[i] - s->times_s[i - 1]);
	return (double)s->bytes[i - 1] + share * ((double)s->bytes[i] - (double)s->bytes[i - 1]);
}

/* Standard error of the rise: of the samples that it consists of, and of what the line misses. */
static double rise_error(const struct judge_fit *fit, const struct judge_evidence *e)
{
	return square_root(e->young_variance + square(fit->residual));
}

/* Return whether the second half of the rise is no less than half of the first, within the error.
 */
static bool is_steady(const struct judge_series *s, const struct judge_fit *fit, double error)
{
	double middle = judge_value(s, fit->middle_s);
	double first = middle - fit->level;
	double second = (double)s->bytes[s->n - 1] - middle;
	double last = (double)s->bytes[s->n - 1] - (double)s->bytes[s->n - 2];

	return second > 0 && second + error > first / 2 && last + error > 0;
}

/*
 * Return whether what is old stays: most of what had grown by the middle is still live.  A single
 * object that grows is made anew with each resize, so it never gets old.
 */
static bool holds_old(const struct judge_fit *fit, const struct judge_evidence *e)
{
	if (e->objects_growth < 1 && e->live_objects < 8)
		return true;
	return e->old_bytes * 2 > e->middle_bytes - fit->level;
}

static enum judgement judge_fitted(const struct judge_series *s, const struct judge_fit *fit,
				   const struct judge_evidence *e)
{
	double error = rise_error(fit, e);

	if (-fit->rise > CONFIDENT * square_root(e->variance + square(fit->residual)))
		return JUDGED_SHRINKING;
	if (fit->rise <= CONFIDENT * error || !is_steady(s, fit, error))
		return e->is_of_start ? JUDGED_START_UP : JUDGED_LEVEL;
	if (s->n - 1 - fit->onset < JUDGE_FEWEST || !holds_old(fit, e))
		return JUDGED_GROWING;
	return JUDGED_LEAK;
}

struct judge_result judge_site(const struct judge_series *s, const struct judge_fit *fit,
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
