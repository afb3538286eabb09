/*
 * transport_http: InfluxDB's HTTP interfaces, versions 1 and 2, on libcurl.  Version 3 has that
 * of 2.
 *
 * An object of its own: linked into libmemagent.so, libcurl and what it needs would add 8 ms and 6
 * MB to every program.  The multi interface, so that a slow server does not keep the sidecar from
 * sampling; never curl_multi_wakeup, whose descriptor means something else in another thread here.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/deliver/http/answer.h"
#include "agent/deliver/http/pack.h"
#include "agent/deliver/transport.h"
#include "agent/settings/url.h"

#define CONNECT_TIMEOUT_MS 5000L
#define REQUEST_TIMEOUT_MS 15000L

struct http {
	const struct transport_config *config;
	CURLM *multi;
	CURL *easy;
	char *write_url;
	char *query_url;
	char *create_body;
	struct curl_slist *headers;	 /* of a request with a plain body */
	struct curl_slist *gzip_headers; /* of one with a compressed body */
	struct pack *pack;
	bool can_create;
	CURLMcode begun; /* how the request under way began */
	char error[CURL_ERROR_SIZE];
	struct answer_body body; /* of the answer */
};

static size_t take_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct http *http = arg;

	return answer_take(&http->body, bytes, size * n) ? size * n : 0;
}

/* Return what the URLs of requests begin with: for a socket in the file system, any host will do.
 */
static const char *base_of(const struct transport_config *config)
{
	return url_scheme(config->url) == URL_UNIX ? "http://localhost" : config->url;
}

/* Return base + path?key=value&..., from malloc, or NULL. */
static char *make_url(const struct http *http, const char *path, const char *const *query)
{
	CURLU *url = curl_url();
	const char *from = base_of(http->config);
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

/* Return the body of the request that creates the database, from malloc, or NULL. */
static char *make_create_body(CURL *easy, const char *database)
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
	escaped = curl_easy_escape(easy, statement, (int)n);
	if (escaped && asprintf(&body, "q=%s", escaped) < 0)
		body = NULL;
	curl_free(escaped);
	return body;
}

static int set_options(struct http *http)
{
	const struct transport_config *config = http->config;
	CURL *easy = http->easy;
	int bad = 0;

	bad |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	bad |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	/* An empty one is none, whatever http_proxy and no_proxy say. */
	bad |= curl_easy_setopt(easy, CURLOPT_PROXY, config->proxy);
	bad |= curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	if (url_scheme(config->url) == URL_UNIX)
		bad |= curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, url_path(config->url));
	bad |= curl_easy_setopt(easy, CURLOPT_USERAGENT, "memagent/" MEMAGENT_VERSION);
	bad |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	bad |= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, REQUEST_TIMEOUT_MS);
	bad |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, http->error);
	bad |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	bad |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, http);
	bad |= curl_easy_setopt(easy, CURLOPT_POST, 1L);
	if (config->username[0]) {
		bad |= curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		bad |= curl_easy_setopt(easy, CURLOPT_USERNAME, config->username);
		bad |= curl_easy_setopt(easy, CURLOPT_PASSWORD, config->password);
	}
	if (config->ca_file[0])
		bad |= curl_easy_setopt(easy, CURLOPT_CAINFO, config->ca_file);
	if (config->insecure) {
		bad |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		bad |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	return bad ? -1 : 0;
}

static void http_close(struct http *http)
{
	curl_easy_cleanup(http->easy);
	curl_multi_cleanup(http->multi);
	curl_slist_free_all(http->headers);
	curl_slist_free_all(http->gzip_headers);
	pack_close(http->pack);
	free(http->write_url);
	free(http->query_url);
	free(http->create_body);
	free(http);
}

/* Make what the interface has: the URLs and, for version 1, how a database is created. */
static int make_requests(struct http *http)
{
	const struct transport_config *c = http->config;
	const char *const v1[] = {"db",	       c->database, "rp", c->retention_policy,
				  "precision", "ns",	    NULL};
	const char *const v2[] = {"org",       c->org,
				  "bucket",    c->bucket[0] ? c->bucket : c->database,
				  "precision", "ns",
				  NULL};
	const char *const none[] = {NULL};

	http->can_create = strcmp(c->api, "v1") == 0;
	if (!http->can_create) {
		http->write_url = make_url(http, "/api/v2/write", v2);
		return http->write_url ? 0 : -1;
	}
	http->write_url = make_url(http, "/write", v1);
	http->query_url = make_url(http, "/query", none);
	http->create_body = make_create_body(http->easy, c->database);
	return http->write_url && http->query_url && http->create_body ? 0 : -1;
}

/* Append ${text} to ${list}.  Return 0, or -1 without memory. */
static int append(struct curl_slist **list, const char *text)
{
	struct curl_slist *longer = curl_slist_append(*list, text);

	if (longer == NULL)
		return -1;
	*list = longer;
	return 0;
}

static int make_headers(struct http *http)
{
	char authorization[sizeof("Authorization: Token ") + 256];
	int bad = 0;

	/* Without the empty one, libcurl asks first whether it may send more than a little. */
	bad |= append(&http->headers, "Expect:");
	bad |= append(&http->gzip_headers, "Expect:");
	bad |= append(&http->gzip_headers, "Content-Encoding: gzip");
	if (http->config->token[0]) {
		snprintf(authorization, sizeof(authorization), "Authorization: Token %s",
			 http->config->token);
		bad |= append(&http->headers, authorization);
		bad |= append(&http->gzip_headers, authorization);
	}
	return bad;
}

static void *http_open(const struct transport_config *config, char *error, size_t size)
{
	struct http *http;

	/* Never undone: the program may be using libcurl too. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		snprintf(error, size, "libcurl cannot be initialised");
		return NULL;
	}
	http = calloc(1, sizeof(*http));
	if (http == NULL)
		goto no_memory;
	http->config = config;
	http->multi = curl_multi_init();
	http->easy = curl_easy_init();
	http->pack = pack_open();
	if (http->multi == NULL || http->easy == NULL || http->pack == NULL)
		goto close;
	if (make_requests(http)) {
		snprintf(error, size, "libcurl does not take this URL");
		http_close(http);
		return NULL;
	}
	if (make_headers(http) || set_options(http))
		goto close;
	return http;

close:
	http_close(http);
no_memory:
	snprintf(error, size, "no memory");
	return NULL;
}

static void http_begin(void *handle, enum transport_request what, const char *body, size_t len)
{
	struct http *http = handle;
	CURL *easy = http->easy;
	const char *packed = NULL;

	if (what == TRANSPORT_CREATE) {
		body = http->create_body;
		len = strlen(body);
	} else if (len >= PACK_FROM_BYTES) {
		packed = pack_bytes(http->pack, body, &len);
	}
	http->error[0] = '\0';
	answer_begin(&http->body);
	curl_easy_setopt(easy, CURLOPT_URL,
			 what == TRANSPORT_CREATE ? http->query_url : http->write_url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, packed ? http->gzip_headers : http->headers);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, packed ? packed : body);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)len);
	http->begun = curl_multi_add_handle(http->multi, easy);
}

static void read_answer(struct http *http, CURLcode result, struct transport_answer *answer)
{
	long status = 0;
	curl_off_t retry_after = 0;
	char *type = NULL;

	curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
	/* A refusal may quote all that it refuses; a yes without end is no InfluxDB's. */
	if (answer_is_cut(&http->body) && status / 100 == 2) {
		answer_missing("the answer does not end", "", answer);
	} else if (answer_is_cut(&http->body) || result == CURLE_OK) {
		curl_easy_getinfo(http->easy, CURLINFO_RETRY_AFTER, &retry_after);
		curl_easy_getinfo(http->easy, CURLINFO_CONTENT_TYPE, &type);
		answer_read(&http->body, status, type, (int64_t)retry_after, answer);
	} else {
		answer_missing(http->error, curl_easy_strerror(result), answer);
	}
	answer->can_create = http->can_create;
}

/* Return whether the request is over, and then how. */
static bool is_over(struct http *http, CURLcode *result)
{
	int left;
	CURLMsg *message;

	while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		*result = message->data.result;
		return true;
	}
	return false;
}

static bool http_poll(void *handle, int64_t wait_ns, struct transport_answer *answer)
{
	struct http *http = handle;
	int64_t end = clock_mono_ns() + wait_ns;
	CURLcode result = http->begun ? CURLE_OUT_OF_MEMORY : CURLE_OK;
	int running;

	for (;;) {
		int64_t left;

		if (curl_multi_perform(http->multi, &running))
			result = CURLE_FAILED_INIT;
		if (result || is_over(http, &result))
			break;
		left = (end - clock_mono_ns() + CLOCK_MS - 1) / CLOCK_MS;
		if (left <= 0)
			return false;
		http->config->wait_begins();
		curl_multi_poll(http->multi, NULL, 0, (int)left, NULL);
		http->config->wait_ends();
	}
	curl_multi_remove_handle(http->multi, http->easy);
	read_answer(http, result, answer);
	return true;
}

static const struct transport transport_http = {http_open, http_begin, http_poll, 0};

__attribute__((visibility("default"))) transport_entry memagent_transport_1;

const struct transport *memagent_transport_1(void)
{
	return &transport_http;
}
