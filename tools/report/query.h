#ifndef MEMAGENT_QUERY_H
#define MEMAGENT_QUERY_H
/*
 * query: asks InfluxDB for the points.
 *
 * Layer    tools; needs request, query_answer; libcurl.
 */
struct request;
struct series;

/* Add the points that ${request} is for.  Exits when the server does not answer, or refuses. */
void query_read(const struct request *request, struct series *series);

#endif
