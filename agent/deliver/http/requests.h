#ifndef MEMAGENT_REQUESTS_H
#define MEMAGENT_REQUESTS_H
/*
 * requests: the URLs of InfluxDB's API, and the body that creates a database.
 *
 * Layer    agent/deliver/http; uses libcurl; needs transport.h and url.
 * Source   InfluxDB 1.x "API reference"; InfluxDB 2.x, /api/v2/write.
 */
struct transport_config;

/* Strings from malloc.  query_url and create_body are NULL for the APIs v2 and v3. */
struct requests {
	char *write_url;
	char *query_url;
	char *create_body; /* for query_url */
	char *ping_url;
};

/* Return 0; -1 without memory, or if libcurl rejects the URL.  Call requests_free in any case. */
int requests_make(struct requests *requests, const struct transport_config *config);
void requests_free(struct requests *requests);

#endif
