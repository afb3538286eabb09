#ifndef MEMAGENT_LINES_H
#define MEMAGENT_LINES_H
/*
 * lines: parses line protocol, as the agent writes it to a file.
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
 * Add the points in ${file} that match ${choice}.  Skip incomplete lines, and lines that the agent
 * would not write.  Return 0, or -1 with errno if the file cannot be read.
 */
int lines_read(FILE *file, const struct series_choice *choice, struct series *series);

/*
 * lines_time(text, length, time_ms):
 * Parse a time of ${length} digits: in ns if it has more than 17, in us if more than 14, in ms if
 * more than 11, else in seconds.  Return whether it is valid.
 */
bool lines_time(const char *text, size_t length, int64_t *time_ms);

/*
 * lines_number(text, length):
 * Return the number at the start of ${length} bytes, or NAN if there is none.  The byte after them
 * must not be part of a number.
 */
double lines_number(const char *text, size_t length);

#endif
