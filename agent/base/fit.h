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

/* Fit ${series}, which has at least 3 elements. */
struct fit fit_line(const struct fit_series *series);

/* Return the value of ${series} at ${time_s}, on the line between two elements. */
double fit_value(const struct fit_series *series, uint32_t time_s);

/*
 * Return whether the rise has not slowed down: within ${error}, its second half is at least half
 * of the first, and the last step is up.
 */
bool fit_is_steady(const struct fit_series *series, const struct fit *fit, double error);

#endif
