/*
 * URLs: an accepted URL can be used, and what is shown of any text contains no password. libcurl
 * decides what a password is.
 *
 * runs: 20000
 * input: the text
 */
#include "agent/settings/url.h"

#include <curl/curl.h>

#include "tests/fuzz/fuzz.h"

#define SEEN_BYTES 4

static const char *const begins[] = {
    [URL_HTTP] = "http://", [URL_HTTPS] = "https://", [URL_UNIX] = "unix:///",
    [URL_UDP] = "udp://",   [URL_FILE] = "file:///",
};

static void check_host_port(const char *url)
{
	const char *port;
	char host[256], small[2];

	if (url_host_port(url, host, sizeof(host), &port) == 0) {
		const char *begin = url + strlen("udp://") + (url[strlen("udp://")] == '[');
		char *end;
		long number = strtol(port, &end, 10);

		CHECK(host[0] && strpbrk(host, "/@?# ") == NULL);
		CHECK(strncmp(begin, host, strlen(host)) == 0);
		CHECK(*end == '\0' && number >= 1 && number <= 65535);
	} else {
		CHECK(strlen(url) > sizeof(host));
	}
	(void)url_host_port(url, small, sizeof(small), &port);
}

static void check_scheme(const char *url)
{
	enum url_scheme scheme = url_scheme(url);

	CHECK(scheme <= URL_FILE);
	if (scheme == URL_BAD)
		return;
	CHECK(strncmp(url, begins[scheme], strlen(begins[scheme])) == 0);
	if (scheme == URL_FILE || scheme == URL_UNIX) {
		CHECK(url_path(url)[0] == '/');
		CHECK(url_path(url) + strlen(url_path(url)) == url + strlen(url));
		return;
	}
	CHECK(!has_control(url, strlen(url)) && strchr(url, ' ') == NULL);
	if (scheme == URL_UDP)
		check_host_port(url);
}

/* Return whether ${part} is shown.  It is nowhere else in the URL, and not the mask. */
static bool is_shown(const char *url, const char *shown, const char *part)
{
	const char *at = strstr(url, part);

	return strpbrk(part, "*?@") == NULL && at && strstr(at + 1, part) == NULL &&
	       strstr(shown, part);
}

/* At most a few bytes of a secret may be seen, and never all of it. */
static void check_secret(const char *url, const char *shown, const char *secret)
{
	char part[SEEN_BYTES + 1] = "";
	size_t n = strlen(secret);

	CHECK(!is_shown(url, shown, secret));
	for (size_t i = 0; i + SEEN_BYTES <= n; i++) {
		memcpy(part, secret + i, SEEN_BYTES);
		CHECK(!is_shown(url, shown, part));
	}
}

static void check_mask(const char *url)
{
	static const CURLUPart parts[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY};
	size_t size = strlen(url) + 16;
	char *shown = malloc(size);
	char cut[8];
	CURLU *parsed = curl_url();

	CHECK(shown && parsed);
	url_mask(url, shown, size);
	url_mask(url, cut, sizeof(cut));
	CHECK(strlen(cut) < sizeof(cut) && strncmp(shown, cut, strlen(cut)) == 0);
	if (strncmp(url, "file:///", 8) != 0 && strncmp(url, "unix:///", 8) != 0 &&
	    curl_url_set(parsed, CURLUPART_URL, url,
			 CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME) == CURLUE_OK) {
		for (size_t i = 0; i < COUNT(parts); i++) {
			char *secret = NULL;

			if (curl_url_get(parsed, parts[i], &secret, 0) == CURLUE_OK)
				check_secret(url, shown, secret);
			curl_free(secret);
		}
	}
	curl_url_cleanup(parsed);
	free(shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in;

	input_open(&in, data, size);
	check_scheme(in.text);
	check_mask(in.text);
	input_close(&in);
	return 0;
}
