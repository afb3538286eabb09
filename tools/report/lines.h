#ifndef MEMAGENT_LINES_H
#define MEMAGENT_LINES_H
/*
 * lines: points of line protocol, as the agent writes them to a file.
 *
 * Layer    tools; needs series.
 * Source   InfluxDB 1.x documentation, "Line protocol reference".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct series;
struct series_choice;

/*
 * lines_read(file, choice, series):
 * Add the points in ${file} that are ${choice}'s.  A line that the agent did not write, or that
 * was cut short, is left out.  Return 0, or -1 with errno when the file cannot be read.
 */
int lines_read(FILE *file, const struct series_choice *choice, struct series *series);

/*
 * lines_time(text, length, time_ms):
 * Read a time of ${length} digits: seconds, or ms, us or ns where it has more than 11, 14 or 17.
 * Return whether it is one.
 */
bool lines_time(const char *text, size_t length, int64_t *time_ms);

/*
 * lines_number(text, length):
 * Return the number at the beginning of ${length} bytes, or NAN when there is none.  What follows
 * them must be no part of a number.
 */
double lines_number(const char *text, size_t length);

#endif
