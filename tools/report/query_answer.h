#ifndef MEMAGENT_QUERY_ANSWER_H
#define MEMAGENT_QUERY_ANSWER_H
/*
 * query_answer: parses InfluxDB's JSON answer to a query.
 *
 * Layer    tools; needs series, json.
 * Source   InfluxDB 1.x documentation, "InfluxDB API reference", /query.
 */
#include <stddef.h>

struct series;
struct series_choice;

/*
 * query_answer_read(text, length, choice, series, error, size):
 * Add the points of an answer, with times in ns, that match ${choice}.  Columns in SERIES_FIELDS
 * become samples.  Columns named after a size bucket, or "last_" and its name, become the sizes of
 * the process.  A series of the sites' measurement becomes a site, with the columns in
 * SITES_FIELDS, "stack" and "frames"; one of
 * the events' measurement tells when the process ended, in the column "event".  Return 0; -1 with
 * the server's error, or a syntax error, in
 * ${error}.
 */
int query_answer_read(const char *text, size_t length, const struct series_choice *choice,
		      struct series *series, char *error, size_t size);

#endif
