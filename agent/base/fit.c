#include "agent/base/fit.h"

#include "agent/base/root.h"

#define NEARLY 1.25   /* as good as the best fit */
#define CONFIDENT 1.5 /* standard errors of the rise, for a difference of its halves */

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

/* Fill in what follows from the onset, and from ${left}, the sum of squares that is left. */
static void complete(const struct fit_series *s, double left, struct fit *fit)
{
	uint32_t seconds = s->times_s[s->n - 1] - s->times_s[fit->onset];

	fit->residual = square_root(left / (double)s->n);
	fit->rise = fit->slope * (double)seconds;
	fit->middle_s = s->times_s[fit->onset] + seconds / 2;
}

struct fit fit_from(const struct fit_series *s, size_t onset)
{
	struct fit fit;
	double left = fit_at(s, onset, &fit);

	complete(s, left, &fit);
	return fit;
}

struct fit fit_line(const struct fit_series *s)
{
	struct fit fit = {0};
	double least = fit_at(s, 0, &fit);
	size_t onset = 0;

	for (size_t i = 1; i + 2 < s->n; i++) {
		double left = fit_at(s, i, &fit);

		if (left < least)
			least = left;
	}
	while (fit_at(s, onset, &fit) > least * NEARLY)
		onset++;
	return fit_from(s, onset);
}

double fit_noise(const struct fit_series *s)
{
	double sum = 0;

	for (size_t i = 1; i + 1 < s->n; i++)
		sum += square((double)s->values[i - 1] - 2 * (double)s->values[i] +
			      (double)s->values[i + 1]);
	return square_root(sum / (6 * (double)(s->n - 2)));
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

bool fit_is_steady(const struct fit_series *s, const struct fit *fit, double share, double error)
{
	double middle = fit_value(s, fit->middle_s);
	double first = middle - fit->level;
	double second = (double)s->values[s->n - 1] - middle;
	double last = (double)s->values[s->n - 1] - (double)s->values[s->n - 2];

	return second > 0 && second + CONFIDENT * error > first * share && last + error > 0;
}
