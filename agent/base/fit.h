#ifndef MEMAGENT_FIT_H
#define MEMAGENT_FIT_H
/*
 * fit: the best fit of a series that is level at first and then a line.
 *
 * Layer    agent, leaf; pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value at each of ${n} times. */
struct fit_series {
	const uint32_t *times_s; /* rising */
	const float *values;
	size_t n;
};

/* Level up to the element ${onset}, then a line. */
struct fit {
	size_t onset;
	double level;
	double slope;	   /* a second */
	double residual;   /* root of the mean square of what is left */
	double rise;	   /* from the onset to the last element */
	uint32_t middle_s; /* half the time between them */
};

/* Fit ${series}, which has at least 3 elements, with the earliest onset that fits well. */
struct fit fit_line(const struct fit_series *series);

/*
 * Return the standard deviation of a value of ${series}, which has at least 3 elements.  It is made
 * from second differences, so that neither a slope nor a slow bend counts.
 */
double fit_noise(const struct fit_series *series);

/* The same with that ${onset}, before the last element. */
struct fit fit_from(const struct fit_series *series, size_t onset);

/* Return the value of ${series} at ${time_s}, on the line between two elements. */
double fit_value(const struct fit_series *series, uint32_t time_s);

/*
 * fit_is_steady(series, fit, share, error):
 * Return whether the rise has not slowed down: within its standard ${error}, the second half is at
 * least ${share} of the first, and the last step is up.
 */
bool fit_is_steady(const struct fit_series *series, const struct fit *fit, double share,
		   double error);

#endif
