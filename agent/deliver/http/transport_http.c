/*
 * transport_http: InfluxDB's HTTP interfaces, versions 1 and 2, on libcurl.  Version 3 has that
 * of 2.
 *
 * An object of its own: linked into libmemagent.so, libcurl and what it needs would add 8 ms and 6
 * MB to every program.  The multi interface, so that a slow server does not keep the sidecar from
 * sampling; never curl_multi_wakeup, whose descriptor means something else in another thread here.
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

/* What is different when a request is sent once more, at once.  Each reason counts once. */
enum again {
	AGAIN_NOT = 0,
	AGAIN_FRESH = 1,   /* on a new connection: the server had closed the old one */
	AGAIN_PLAIN = 2,   /* without compression */
	AGAIN_RENEWED = 4, /* with the secrets that the files have now */
};

struct http {
	const struct transport_config *config;
	CURLM *multi;
	CURL *easy;
	struct requests requests;
	struct curl_slist *headers;	 /* of a request with a plain body */
	struct curl_slist *gzip_headers; /* of one with a compressed body */
	struct pack *pack;
	enum { GZIP_UNKNOWN, GZIP_TAKEN, GZIP_REFUSED } gzip; /* what the server does with it */
	struct {
		enum transport_request what;
		const char *body;
		size_t len;
		bool packed;
		unsigned again;	  /* enum again, of all reasons so far */
		int64_t began_ns; /* monotonic */
		CURLMcode begun;
	} request; /* the one under way */
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

/* The first option that libcurl does not take, in words; "" while there is none. */
struct refusal {
	char text[256];
};

static void note(struct refusal *refusal, const char *option, CURLcode code)
{
	if (code == CURLE_OK || refusal->text[0])
		return;
	snprintf(refusal->text, sizeof(refusal->text), "libcurl %s does not take %s: %s",
		 curl_version_info(CURLVERSION_NOW)->version, option, curl_easy_strerror(code));
}

#define SET(option, value) note(refusal, #option, curl_easy_setopt(http->easy, option, value))

static void set_secrets(struct http *http, struct refusal *refusal)
{
	const struct transport_config *config = http->config;

	if (config->username[0]) {
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(CURLOPT_USERNAME, config->username);
		SET(CURLOPT_PASSWORD, config->password);
	}
}

/* Redirects are not followed, so no URL but ours is ever opened. */
static void set_options(struct http *http, struct refusal *refusal)
{
	const struct transport_config *config = http->config;

	SET(CURLOPT_NOSIGNAL, 1L);
	/* An empty one is none, whatever http_proxy and no_proxy say. */
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
	/* What version 2 has to offer is not needed, and it would take another library. */
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

/* Return whether libcurl can be used for what is to be done with it. */
static bool is_usable(const struct transport_config *config, char *error, size_t size)
{
	char why[256];
	bool is_tls = url_scheme(config->url) == URL_HTTPS ||
		      strncmp(config->proxy, "https:", strlen("https:")) == 0;

	if (!bindings_are_sound(BINDINGS_CURL, why, sizeof(why)))
		snprintf(error, size, "%s; write to a file:// or udp:// destination", why);
	else if (is_tls && !bindings_are_sound(BINDINGS_TLS, why, sizeof(why)))
		snprintf(error, size, "%s, so https is not possible in it; use http://", why);
	else
		return true;
	return false;
}

/* Make what compresses bodies.  Return 0, or -1 without memory. */
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
	/* Never undone: the program may be using libcurl too. */
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
		snprintf(error, size, "libcurl does not take this URL");
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
 * The file is read at each connection, because certificates get renewed.  When the program has
 * lost the right to read it, or left the place where it is, what it had before is used; libcurl
 * knows how to since 7.77.
 */
static void trust_certificates(struct http *http)
{
	const struct transport_config *config = http->config;
	struct curl_blob kept = {config->ca.bytes, config->ca.len, CURL_BLOB_NOCOPY};
	bool by_path = config->ca.bytes == NULL || is_readable(config->ca_file);

	if (config->ca_file[0] == '\0')
		return;
	curl_easy_setopt(http->easy, CURLOPT_CAINFO, config->ca_file);
	curl_easy_setopt(http->easy, CURLOPT_CAINFO_BLOB, by_path ? NULL : &kept);
}

/* Return the body to send, and how long it is in ${len}. */
static const char *choose_body(struct http *http, size_t *len)
{
	const char *body = http->request.body, *packed = NULL;

	*len = http->request.len;
	if (http->request.what == TRANSPORT_CREATE) {
		body = http->requests.create_body;
		*len = strlen(body);
	} else if (*len >= PACK_FROM_BYTES && http->gzip != GZIP_REFUSED &&
		   (http->request.again & AGAIN_PLAIN) == 0) {
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
	trust_certificates(http);
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
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, http->request.again & AGAIN_FRESH ? 1L : 0L);
	http->request.begun = curl_multi_add_handle(http->multi, easy);
}

static void http_begin(void *handle, enum transport_request what, const char *body, size_t len)
{
	struct http *http = handle;

	http->request.what = what;
	http->request.body = body;
	http->request.len = len;
	http->request.again = AGAIN_NOT;
	send_request(http);
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
	answer->can_create = http->requests.create_body != NULL;
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

/*
 * Whether the server closed the connection, which it had kept from the request before, just as this
 * one was sent.  libcurl itself repeats some of these requests, but not all.
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
 * Note whether the server takes compressed bodies, and return whether this one is worth another try
 * without.  A 400 may be about the points: only a plain body that is taken tells.
 */
static bool is_refused_for_gzip(struct http *http, const struct transport_answer *answer)
{
	bool is_taken = (answer->status / 100 == 2 && !answer->html) || answer->partial;

	if (http->request.packed && is_taken)
		http->gzip = GZIP_TAKEN;
	else if ((http->request.again & AGAIN_PLAIN) && is_taken)
		http->gzip = GZIP_REFUSED;
	return http->request.packed &&
	       (answer->status == 415 || (answer->status == 400 && http->gzip == GZIP_UNKNOWN));
}

/* Take over the secrets that the files have now.  Return whether they are others. */
static bool renew(struct http *http)
{
	struct refusal refusal = {""};

	if (!http->config->renew(http->config->owner))
		return false;
	free_headers(http);
	set_secrets(http, &refusal);
	return make_headers(http) == 0 && refusal.text[0] == '\0';
}

/* Return why the request is to be sent once more, for another reason than before. */
static unsigned reason_to_repeat(struct http *http, CURLcode result,
				 const struct transport_answer *answer)
{
	unsigned reasons = AGAIN_NOT;

	if (is_closed_by_server(http, result, answer))
		reasons = AGAIN_FRESH;
	else if (is_refused_for_gzip(http, answer))
		reasons = AGAIN_PLAIN;
	else if ((answer->status == 401 || answer->status == 403 || answer->status == 404) &&
		 renew(http))
		reasons = AGAIN_RENEWED;
	return reasons & ~http->request.again;
}

/* The limit is libcurl's own; ours is for a process in which somebody has stopped its clock. */
static bool takes_too_long(const struct http *http)
{
	return clock_mono_ns() - http->request.began_ns > (REQUEST_TIMEOUT_MS + 1000) * CLOCK_MS;
}

/* Go on until ${end_ns}.  Return whether the request is over, and then how. */
static bool perform(struct http *http, int64_t end_ns, CURLcode *result)
{
	int running;

	*result = http->request.begun ? CURLE_OUT_OF_MEMORY : CURLE_OK;
	for (;;) {
		int64_t left;

		if (curl_multi_perform(http->multi, &running))
			*result = CURLE_FAILED_INIT;
		if (*result || is_over(http, result))
			return true;
		if (takes_too_long(http)) {
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
	unsigned again;

	while (perform(http, end, &result)) {
		curl_multi_remove_handle(http->multi, http->easy);
		read_answer(http, result, answer);
		again = reason_to_repeat(http, result, answer);
		if (again == AGAIN_NOT)
			return true;
		http->request.again |= again;
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
