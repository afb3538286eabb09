#ifndef MEMAGENT_QUERY_ANSWER_H
#define MEMAGENT_QUERY_ANSWER_H
/*
 * query_answer: points in what InfluxDB answers to a query, in JSON.
 *
 * Layer    tools; needs series, json.
 * Source   InfluxDB 1.x documentation, "InfluxDB API reference", /query.
 */
#include <stddef.h>

struct series;
struct series_choice;

/*
 * query_answer_read(text, length, choice, series, error, size):
 * Add the points of an answer, with times in ns, that are ${choice}'s.  A column of a field that
 * is judged or drawn is a sample's; a column of a size, also "last_" and its name, is one of the
 * process.  Return 0; -1 with the ${error} that the server tells, or that the text is no such
 * answer.
 */
int query_answer_read(const char *text, size_t length, const struct series_choice *choice,
		      struct series *series, char *error, size_t size);

#endif
