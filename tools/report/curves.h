#ifndef MEMAGENT_CURVES_H
#define MEMAGENT_CURVES_H
/*
 * curves: writes the data of the largest processes for gnuplot.
 *
 * Layer    tools; needs series, thin.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "agent/encode/fields.h"

struct series;

/* Columns of the data; column 1 is the time. */
enum curve {
	CURVE_LIVE = 2,
	CURVE_RESIDENT,
	CURVE_HEAP_SYS,
	CURVE_OBJECTS,
	CURVE_MADE,
	CURVE_FREED,
	CURVE_BYTES,
	CURVE_GROWTH,
	CURVE_THREADS,
	CURVE_PAUSE,
	CURVE_HEAP_INUSE,
	CURVE_SYS,
	CURVE_STACK,
	CURVES
};

/* At most this many processes are drawn: those with the most live bytes. */
#define CURVES_PROCESSES 6

struct curves {
	size_t processes[CURVES_PROCESSES]; /* indices in the series, the largest first */
	size_t count;
	double seconds; /* from the first to the last point of all processes */
	double unit_s;	/* of the time axis */
	const char *unit_name;
	double top[CURVES];    /* highest value, at least 0 */
	double bottom[CURVES]; /* lowest value, at most 0 */
	bool has_data[CURVES];
	double sizes[COUNTERS_SIZES]; /* objects allocated by all drawn processes, by size */
};

/* Choose processes of ${series} and write their data to ${script} as $process1, $process2 ... */
void curves_make(const struct series *series, FILE *script, struct curves *out);

/* Write ${value}: a whole number in full, others with up to six digits. */
void curves_print_number(FILE *script, double value);

#endif
