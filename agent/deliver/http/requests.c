#include "agent/deliver/http/requests.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/deliver/transport.h"
#include "agent/settings/url.h"

/* Return the base of all URLs.  A Unix socket needs a host name too, but any will do. */
static const char *base_of(const struct transport_config *config)
{
	return url_scheme(config->url) == URL_UNIX ? "http://localhost" : config->url;
}

/* Return BASE/PATH?KEY=VALUE&..., from malloc, or NULL. */
static char *make_url(const struct transport_config *config, const char *path,
		      const char *const *query)
{
	CURLU *url = curl_url();
	const char *from = base_of(config);
	size_t base = strlen(from);
	char *text = malloc(base + strlen(path) + 1);
	char *result = NULL, *whole = NULL;

	while (base && from[base - 1] == '/')
		base--;
	if (url == NULL || text == NULL)
		goto out;
	snprintf(text, base + strlen(path) + 1, "%.*s%s", (int)base, from, path);
	if (curl_url_set(url, CURLUPART_URL, text, 0))
		goto out;
	for (; *query; query += 2) {
		char pair[1024];

		if (*query[1] == '\0')
			continue;
		snprintf(pair, sizeof(pair), "%s=%s", query[0], query[1]);
		if (curl_url_set(url, CURLUPART_QUERY, pair, CURLU_APPENDQUERY | CURLU_URLENCODE))
			goto out;
	}
	if (curl_url_get(url, CURLUPART_URL, &whole, 0) == 0)
		result = strdup(whole);

out:
	curl_free(whole);
	free(text);
	curl_url_cleanup(url);
	return result;
}

/* Return the body of the query that creates the database, from malloc, or NULL. */
static char *make_create_body(const char *database)
{
	char statement[1024];
	size_t n = 0;
	char *escaped, *body = NULL;

	n += (size_t)snprintf(statement, sizeof(statement), "CREATE DATABASE \"");
	for (const char *p = database; *p && n < sizeof(statement) - 3; p++) {
		if (*p == '"' || *p == '\\')
			statement[n++] = '\\';
		statement[n++] = *p;
	}
	statement[n++] = '"';
	escaped = curl_easy_escape(NULL, statement, (int)n);
	if (escaped && asprintf(&body, "q=%s", escaped) < 0)
		body = NULL;
	curl_free(escaped);
	return body;
}

int requests_make(struct requests *requests, const struct transport_config *config)
{
	const struct transport_config *c = config;
	const char *const v1[] = {"db",	       c->database, "rp", c->retention_policy,
				  "precision", "ns",	    NULL};
	const char *const v2[] = {"org",       c->org,
				  "bucket",    c->bucket[0] ? c->bucket : c->database,
				  "precision", "ns",
				  NULL};
	const char *const none[] = {NULL};

	*requests = (struct requests){.ping_url = make_url(c, "/ping", none)};
	if (requests->ping_url == NULL)
		return -1;
	if (strcmp(c->api, "v1") != 0) {
		requests->write_url = make_url(c, "/api/v2/write", v2);
		return requests->write_url ? 0 : -1;
	}
	requests->write_url = make_url(c, "/write", v1);
	requests->query_url = make_url(c, "/query", none);
	requests->create_body = make_create_body(c->database);
	return requests->write_url && requests->query_url && requests->create_body ? 0 : -1;
}

void requests_free(struct requests *requests)
{
	free(requests->write_url);
	free(requests->query_url);
	free(requests->create_body);
	free(requests->ping_url);
}
