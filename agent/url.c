#include "agent/url.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return false;
	return true;
}

/* Return whether the part after "://" begins with a host and ends with a path at most. */
static bool has_host(const char *rest)
{
	const char *host = rest;
	size_t authority = strcspn(rest, "/");

	for (size_t i = 0; i < authority; i++)
		if (rest[i] == '@')
			host = rest + i + 1;
	return host < rest + authority && *host != ':' && strpbrk(rest, "?#") == NULL;
}

/* Return whether ${rest} is HOST:PORT and no more. */
static bool has_port(const char *rest)
{
	const char *colon = strrchr(rest, ':');

	return colon && colon != rest && colon[1] && strpbrk(rest, "/@?#") == NULL &&
	       colon[1 + strspn(colon + 1, "0123456789")] == '\0';
}

enum url_scheme url_scheme(const char *url)
{
	/* A path may have any character. */
	if (starts_with(url, "file:///") && url[strlen("file:///")] != '\0')
		return URL_FILE;
	if (starts_with(url, "unix:///") && url[strlen("unix:///")] != '\0')
		return URL_UNIX;
	if (!is_printable(url))
		return URL_BAD;
	if (starts_with(url, "http://") && has_host(url + strlen("http://")))
		return URL_HTTP;
	if (starts_with(url, "https://") && has_host(url + strlen("https://")))
		return URL_HTTPS;
	if (starts_with(url, "udp://") && has_port(url + strlen("udp://")))
		return URL_UDP;
	return URL_BAD;
}

const char *url_path(const char *url)
{
	return strstr(url, "://") + strlen("://");
}

int url_host_port(const char *url, char *host, size_t size, const char **port)
{
	const char *begin = url_path(url);
	const char *colon = strrchr(begin, ':');
	const char *end = colon;

	if (*begin == '[' && end[-1] == ']') {
		begin++;
		end--;
	}
	if ((size_t)(end - begin) >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(host, begin, (size_t)(end - begin));
	host[end - begin] = '\0';
	*port = colon + 1;
	return 0;
}

void url_mask(const char *url, char *out, size_t size)
{
	const char *at = strrchr(url, '@');
	size_t scheme = strspn(url, "abcdefghijklmnopqrstuvwxyz");

	if (at == NULL || starts_with(url, "file:///") || starts_with(url, "unix:///")) {
		snprintf(out, size, "%s", url);
		return;
	}
	/* Rather too much than too little: a mistyped URL has its password in odd places. */
	scheme = starts_with(url + scheme, "://") ? scheme + strlen("://") : 0;
	snprintf(out, size, "%.*s***%s", (int)scheme, url, at);
}
