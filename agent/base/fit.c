#include "agent/base/fit.h"

#include "agent/base/root.h"

/* Fit with that onset.  Return the sum of the squares of what is left. */
static double fit_at(const struct fit_series *s, size_t onset, struct fit *fit)
{
	double sum = 0, products = 0, squares = 0, left = 0;
	size_t flat = onset + 1;

	for (size_t i = 0; i < flat; i++)
		sum += (double)s->values[i];
	fit->onset = onset;
	fit->level = sum / (double)flat;
	for (size_t i = flat; i < s->n; i++) {
		double seconds = (double)(s->times_s[i] - s->times_s[onset]);

		products += seconds * ((double)s->values[i] - fit->level);
		squares += square(seconds);
	}
	fit->slope = squares > 0 ? products / squares : 0;
	for (size_t i = 0; i < s->n; i++) {
		double seconds = i < flat ? 0 : (double)(s->times_s[i] - s->times_s[onset]);

		left += square((double)s->values[i] - fit->level - fit->slope * seconds);
	}
	return left;
}

struct fit fit_line(const struct fit_series *s)
{
	struct fit best, fit = {0};
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

double fit_value(const struct fit_series *s, uint32_t time_s)
{
	size_t i = 1;
	double share;

	while (i + 1 < s->n && s->times_s[i] < time_s)
		i++;
	share = (double)(time_s - s->times_s[i - 1]) / (double)(s->times_s[i] - s->times_s[i - 1]);
	return (double)s->values[i - 1] + share * ((double)s->values[i] - (double)s->values[i - 1]);
}

/* Return whether the second half of the rise is no less than half of the first, within the error.
 */
bool fit_is_steady(const struct fit_series *s, const struct fit *fit, double error)
{
	double middle = fit_value(s, fit->middle_s);
	double first = middle - fit->level;
	double second = (double)s->values[s->n - 1] - middle;
	double last = (double)s->values[s->n - 1] - (double)s->values[s->n - 2];

	return second > 0 && second + error > first / 2 && last + error > 0;
}
