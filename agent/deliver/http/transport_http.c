/*
 * transport_http: sends points to InfluxDB's HTTP APIs, v1 and v2, with libcurl.  v3 uses v2's.
 *
 * A separate shared object: linked into libmemagent.so, libcurl and its libraries would add 8 ms
 * and 6 MB to every program.  It uses libcurl's multi interface, so that the sidecar can sample
 * while a slow server answers.  Never use curl_multi_wakeup: it writes to a descriptor of the
 * sidecar, which is another file in the program's threads.
 */
#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/base/clock.h"
#include "agent/deliver/http/answer.h"
#include "agent/deliver/http/bindings.h"
#include "agent/deliver/http/pack.h"
#include "agent/deliver/http/requests.h"
#include "agent/deliver/transport.h"
#include "agent/settings/url.h"

#define CONNECT_TIMEOUT_MS 5000L
#define REQUEST_TIMEOUT_MS 15000L

/* Why a request is repeated at once, at most once for each reason. */
enum repeat {
	REPEAT_NOT = 0,
	REPEAT_RECONNECTED = 1,	 /* on a new connection, as the server closed the old one */
	REPEAT_UNCOMPRESSED = 2, /* without compression */
	REPEAT_NEW_SECRETS = 4,	 /* with the secrets that the files have now */
};

struct http {
	const struct transport_config *config;
	CURLM *multi;
	CURL *easy;
	struct requests requests;
	struct curl_slist *headers;	 /* for an uncompressed body */
	struct curl_slist *gzip_headers; /* for a compressed body */
	struct pack *pack;
	enum { GZIP_UNKNOWN, GZIP_ACCEPTED, GZIP_REFUSED } gzip; /* by the server */
	struct {
		enum transport_request what;
		const char *body;
		size_t len;
		bool packed;
		unsigned repeats; /* enum repeat: all reasons so far */
		int64_t began_ns; /* monotonic */
		CURLMcode begun;
	} request; /* the current one */
	char error[CURL_ERROR_SIZE];
	struct answer_body body; /* of the answer */
};

static size_t take_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct http *http = arg;

	return answer_take(&http->body, bytes, size * n) ? size * n : 0;
}

static size_t take_header(char *line, size_t size, size_t n, void *arg)
{
	struct http *http = arg;

	answer_header(&http->body, line, size * n);
	return size * n;
}

/* An error message for the first option that libcurl does not support; "": none. */
struct refusal {
	char text[256];
};

static void check_option(struct refusal *refusal, const char *option, CURLcode code)
{
	if (code == CURLE_OK || refusal->text[0])
		return;
	snprintf(refusal->text, sizeof(refusal->text), "libcurl %s does not support %s: %s",
		 curl_version_info(CURLVERSION_NOW)->version, option, curl_easy_strerror(code));
}

#define SET(option, value)                                                                         \
	check_option(refusal, #option, curl_easy_setopt(http->easy, option, value))

static void set_secrets(struct http *http, struct refusal *refusal)
{
	const struct transport_config *config = http->config;

	if (config->username[0]) {
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(CURLOPT_USERNAME, config->username);
		SET(CURLOPT_PASSWORD, config->password);
	}
}

/* libcurl follows no redirects by default, so it opens no other URL than ours. */
static void set_options(struct http *http, struct refusal *refusal)
{
	const struct transport_config *config = http->config;

	SET(CURLOPT_NOSIGNAL, 1L);
	/* An empty string means no proxy, and makes libcurl ignore http_proxy and no_proxy. */
	SET(CURLOPT_PROXY, config->proxy);
	SET(CURLOPT_NOPROXY, "");
	if (url_scheme(config->url) == URL_UNIX)
		SET(CURLOPT_UNIX_SOCKET_PATH, url_path(config->url));
	SET(CURLOPT_USERAGENT, "memagent/" MEMAGENT_VERSION);
	SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	SET(CURLOPT_TIMEOUT_MS, REQUEST_TIMEOUT_MS);
	SET(CURLOPT_ERRORBUFFER, http->error);
	SET(CURLOPT_WRITEFUNCTION, take_body);
	SET(CURLOPT_WRITEDATA, http);
	SET(CURLOPT_HEADERFUNCTION, take_header);
	SET(CURLOPT_HEADERDATA, http);
	/* HTTP/2 has no advantage here, and would use another library, nghttp2. */
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	set_secrets(http, refusal);
	if (config->insecure) {
		SET(CURLOPT_SSL_VERIFYPEER, 0L);
		SET(CURLOPT_SSL_VERIFYHOST, 0L);
	}
}

static void free_headers(struct http *http)
{
	curl_slist_free_all(http->headers);
	curl_slist_free_all(http->gzip_headers);
	http->headers = http->gzip_headers = NULL;
}

static void http_close(struct http *http)
{
	curl_easy_cleanup(http->easy);
	curl_multi_cleanup(http->multi);
	free_headers(http);
	pack_close(http->pack);
	requests_free(&http->requests);
	free(http);
}

/* Append ${text} to ${list}.  Return 0, or -1 if there is no memory. */
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

	/* The empty header keeps libcurl from waiting for "100 Continue" before a large body. */
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

/* Return whether libcurl can be used for the URL and proxy; if not, write why to ${error}. */
static bool is_usable(const struct transport_config *config, char *error, size_t size)
{
	char why[256];
	bool is_tls = url_scheme(config->url) == URL_HTTPS ||
		      strncmp(config->proxy, "https:", strlen("https:")) == 0;

	if (!bindings_are_sound(BINDINGS_CURL, why, sizeof(why)))
		snprintf(error, size, "%s; write to a file:// or udp:// destination", why);
	else if (is_tls && !bindings_are_sound(BINDINGS_TLS, why, sizeof(why)))
		snprintf(error, size, "%s, so https is not possible; use http://", why);
	else
		return true;
	return false;
}

/* Prepare compression.  Return 0, or -1 if there is no memory. */
static int make_pack(struct http *http)
{
	char why[256];

	if (!bindings_are_sound(BINDINGS_ZLIB, why, sizeof(why))) {
		http->gzip = GZIP_REFUSED;
		return 0;
	}
	http->pack = pack_open();
	return http->pack ? 0 : -1;
}

static void *http_open(const struct transport_config *config, char *error, size_t size)
{
	struct refusal refusal = {""};
	struct http *http;

	if (!is_usable(config, error, size))
		return NULL;
	/* Never cleaned up, because the program may use libcurl too. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		snprintf(error, size, "libcurl cannot be initialised");
		return NULL;
	}
	snprintf(error, size, "no memory");
	http = calloc(1, sizeof(*http));
	if (http == NULL)
		return NULL;
	http->config = config;
	http->multi = curl_multi_init();
	http->easy = curl_easy_init();
	if (http->multi == NULL || http->easy == NULL || make_pack(http) || make_headers(http))
		goto close;
	if (requests_make(&http->requests, config)) {
		snprintf(error, size, "libcurl rejects this URL");
		goto close;
	}
	set_options(http, &refusal);
	if (refusal.text[0]) {
		snprintf(error, size, "%s", refusal.text);
		goto close;
	}
	return http;

close:
	http_close(http);
	return NULL;
}

static bool is_readable(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/*
 * libcurl reads the file at each connection, because certificates are renewed.  If the file has
 * become unreadable (lost permission, chroot), use its earlier contents; this needs libcurl 7.77.
 */
static void set_certificates(struct http *http)
{
	const struct transport_config *config = http->config;
	struct curl_blob earlier = {config->ca.bytes, config->ca.len, CURL_BLOB_NOCOPY};
	bool by_path = config->ca.bytes == NULL || is_readable(config->ca_file);

	if (config->ca_file[0] == '\0')
		return;
	curl_easy_setopt(http->easy, CURLOPT_CAINFO, config->ca_file);
	curl_easy_setopt(http->easy, CURLOPT_CAINFO_BLOB, by_path ? NULL : &earlier);
}

/* Return the body to send, compressed if possible, and set ${len} to its length. */
static const char *choose_body(struct http *http, size_t *len)
{
	const char *body = http->request.body, *packed = NULL;

	*len = http->request.len;
	if (http->request.what == TRANSPORT_CREATE) {
		body = http->requests.create_body;
		*len = strlen(body);
	} else if (*len >= PACK_FROM_BYTES && http->gzip != GZIP_REFUSED &&
		   (http->request.repeats & REPEAT_UNCOMPRESSED) == 0) {
		packed = pack_bytes(http->pack, body, len);
	}
	http->request.packed = packed != NULL;
	return packed ? packed : body;
}

static void send_request(struct http *http)
{
	const char *const urls[] = {
	    [TRANSPORT_WRITE] = http->requests.write_url,
	    [TRANSPORT_CREATE] = http->requests.query_url,
	    [TRANSPORT_PING] = http->requests.ping_url,
	};
	size_t len;
	const char *body = choose_body(http, &len);
	CURL *easy = http->easy;

	http->request.began_ns = clock_mono_ns();
	set_certificates(http);
	http->error[0] = '\0';
	answer_begin(&http->body);
	curl_easy_setopt(easy, CURLOPT_URL, urls[http->request.what]);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER,
			 http->request.packed ? http->gzip_headers : http->headers);
	if (http->request.what == TRANSPORT_PING) {
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	} else {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)len);
	}
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT,
			 http->request.repeats & REPEAT_RECONNECTED ? 1L : 0L);
	http->request.begun = curl_multi_add_handle(http->multi, easy);
}

static void http_begin(void *handle, enum transport_request what, const char *body, size_t len)
{
	struct http *http = handle;

	http->request.what = what;
	http->request.body = body;
	http->request.len = len;
	http->request.repeats = REPEAT_NOT;
	send_request(http);
}

static void read_answer(struct http *http, CURLcode result, struct transport_answer *answer)
{
	long status = 0;
	curl_off_t retry_after = 0;
	char *type = NULL;

	curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
	/* A refusal may be long, as it quotes points.  A long success is not InfluxDB's. */
	if (answer_is_cut(&http->body) && status / 100 == 2) {
		answer_missing("the answer is longer than 64 KiB", "", answer);
	} else if (answer_is_cut(&http->body) || result == CURLE_OK) {
		curl_easy_getinfo(http->easy, CURLINFO_RETRY_AFTER, &retry_after);
		curl_easy_getinfo(http->easy, CURLINFO_CONTENT_TYPE, &type);
		answer_read(&http->body, status, type, (int64_t)retry_after, answer);
	} else {
		answer_missing(http->error, curl_easy_strerror(result), answer);
	}
	answer->can_create = http->requests.create_body != NULL;
}

/* Return whether the request has ended; then set ${result}. */
static bool has_ended(struct http *http, CURLcode *result)
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

/*
 * Return whether the server closed a kept-alive connection just as the request was sent on it.
 * libcurl repeats some of these requests itself, but not all.
 */
static bool is_closed_by_server(struct http *http, CURLcode result,
				const struct transport_answer *answer)
{
	long connects = 1;

	curl_easy_getinfo(http->easy, CURLINFO_NUM_CONNECTS, &connects);
	return connects == 0 && answer->status == 0 &&
	       (result == CURLE_SEND_ERROR || result == CURLE_RECV_ERROR ||
		result == CURLE_GOT_NOTHING);
}

/*
 * Record whether the server accepts compressed bodies.  Return whether to repeat this one without
 * compression.  The cause of a 400 may be the points; it was the compression if the server accepts
 * the same body uncompressed.
 */
static bool is_refused_for_gzip(struct http *http, const struct transport_answer *answer)
{
	bool is_accepted = (answer->status / 100 == 2 && !answer->html) || answer->partial;

	if (http->request.packed && is_accepted)
		http->gzip = GZIP_ACCEPTED;
	else if ((http->request.repeats & REPEAT_UNCOMPRESSED) && is_accepted)
		http->gzip = GZIP_REFUSED;
	return http->request.packed &&
	       (answer->status == 415 || (answer->status == 400 && http->gzip == GZIP_UNKNOWN));
}

/* Read the secrets from their files again.  Return whether they have changed. */
static bool renew_secrets(struct http *http)
{
	struct refusal refusal = {""};

	if (!http->config->renew(http->config->owner))
		return false;
	free_headers(http);
	set_secrets(http, &refusal);
	return make_headers(http) == 0 && refusal.text[0] == '\0';
}

/* Return the reason to repeat the request, unless it was repeated for that reason before. */
static unsigned reason_to_repeat(struct http *http, CURLcode result,
				 const struct transport_answer *answer)
{
	unsigned reason = REPEAT_NOT;

	if (is_closed_by_server(http, result, answer))
		reason = REPEAT_RECONNECTED;
	else if (is_refused_for_gzip(http, answer))
		reason = REPEAT_UNCOMPRESSED;
	else if ((answer->status == 401 || answer->status == 403 || answer->status == 404) &&
		 renew_secrets(http))
		reason = REPEAT_NEW_SECRETS;
	return reason & ~http->request.repeats;
}

/* libcurl has its own time-out; this one works even if libfaketime has stopped libcurl's clock. */
static bool has_timed_out(const struct http *http)
{
	return clock_mono_ns() - http->request.began_ns > (REQUEST_TIMEOUT_MS + 1000) * CLOCK_MS;
}

/* Continue the request until ${end_ns}.  Return whether it has ended; then set ${result}. */
static bool perform(struct http *http, int64_t end_ns, CURLcode *result)
{
	int running;

	*result = http->request.begun ? CURLE_OUT_OF_MEMORY : CURLE_OK;
	for (;;) {
		int64_t left;

		if (curl_multi_perform(http->multi, &running))
			*result = CURLE_FAILED_INIT;
		if (*result || has_ended(http, result))
			return true;
		if (has_timed_out(http)) {
			*result = CURLE_OPERATION_TIMEDOUT;
			return true;
		}
		left = (end_ns - clock_mono_ns() + CLOCK_MS - 1) / CLOCK_MS;
		if (left <= 0)
			return false;
		http->config->wait_begins();
		curl_multi_poll(http->multi, NULL, 0, (int)left, NULL);
		http->config->wait_ends();
	}
}

static bool http_poll(void *handle, int64_t wait_ns, struct transport_answer *answer)
{
	struct http *http = handle;
	int64_t end = clock_mono_ns() + wait_ns;
	CURLcode result;
	unsigned reason;

	while (perform(http, end, &result)) {
		curl_multi_remove_handle(http->multi, http->easy);
		read_answer(http, result, answer);
		reason = reason_to_repeat(http, result, answer);
		if (reason == REPEAT_NOT)
			return true;
		http->request.repeats |= reason;
		send_request(http);
	}
	return false;
}

static const struct transport transport_http = {http_open, http_begin, http_poll, 0};

__attribute__((visibility("default"))) transport_entry memagent_transport_2;

const struct transport *memagent_transport_2(void)
{
	return &transport_http;
}
