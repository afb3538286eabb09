#ifndef MEMAGENT_REQUESTS_H
#define MEMAGENT_REQUESTS_H
/*
 * requests: what the interface of InfluxDB is asked: the URLs, and how a database is created.
 *
 * Layer    agent/deliver/http; on libcurl; needs transport.h and url.
 * Source   InfluxDB 1.x "API reference"; InfluxDB 2.x, /api/v2/write.
 */
struct transport_config;

/* From malloc.  What version 2 and 3 do not have is NULL. */
struct requests {
	char *write_url;
	char *query_url;
	char *create_body; /* for query_url */
	char *ping_url;
};

/* Return 0; -1 without memory, or when libcurl does not take the URL.  Free it in any case. */
int requests_make(struct requests *requests, const struct transport_config *config);
void requests_free(struct requests *requests);

#endif
