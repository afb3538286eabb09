#ifndef MEMAGENT_QUERY_H
#define MEMAGENT_QUERY_H
/*
 * query: reads the points from InfluxDB.
 *
 * Layer    tools; needs request, query_answer; libcurl.
 */
struct request;
struct series;

/* Add the points that ${request} asks for.  Exits if the server does not answer or refuses. */
void query_read(const struct request *request, struct series *series);

#endif
