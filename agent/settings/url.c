#include "agent/settings/url.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/ascii.h"

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text == ' ' || ascii_is_control(*text))
			return false;
	return true;
}

/* Return whether the text from ${colon} to ${end} is empty or ":PORT". */
static bool is_optional_port(const char *colon, const char *end)
{
	long port = 0;

	if (colon == end)
		return true;
	if (*colon != ':')
		return false;
	for (const char *p = colon + 1; p < end; p++) {
		if (*p < '0' || *p > '9' || port > 65535)
			return false;
		port = port * 10 + (*p - '0');
	}
	return port >= 1 && port <= 65535;
}

/* Return the end of the host name at ${host}, at most ${end}; NULL if there is none. */
static const char *find_host_end(const char *host, const char *end)
{
	const char *p = host;

	if (host < end && *host == '[') {
		p = memchr(host, ']', (size_t)(end - host));
		return p && p > host + 1 ? p + 1 : NULL;
	}
	while (p < end && *p != ':')
		p++;
	return p > host ? p : NULL;
}

/* Return whether ${rest}, the part after "://", is [USER@]HOST[:PORT][/PATH]. */
static bool has_host(const char *rest)
{
	const char *host = rest;
	const char *end = strchrnul(rest, '/');
	const char *host_end;

	for (const char *p = rest; p < end; p++)
		if (*p == '@')
			host = p + 1;
	host_end = find_host_end(host, end);
	return host_end && is_optional_port(host_end, end) && strchr(rest, '?') == NULL &&
	       strchr(rest, '#') == NULL;
}

/* Return whether ${rest} is exactly HOST:PORT. */
static bool is_host_port(const char *rest)
{
	const char *end = rest + strlen(rest);
	const char *host_end = find_host_end(rest, end);

	return host_end && host_end < end && is_optional_port(host_end, end) &&
	       strpbrk(rest, "/@?#") == NULL;
}

enum url_scheme url_scheme(const char *url)
{
	/* A path may contain any character. */
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
	if (starts_with(url, "udp://") && is_host_port(url + strlen("udp://")))
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
	const char *rest = url;
	size_t scheme = strspn(url, "abcdefghijklmnopqrstuvwxyz");
	size_t n;

	if (starts_with(url, "file:///") || starts_with(url, "unix:///")) {
		snprintf(out, size, "%s", url);
		return;
	}
	/* Mask too much rather than too little: a mistyped URL may have its password anywhere. */
	scheme = at && starts_with(url + scheme, "://") ? scheme + strlen("://") : 0;
	if (at && memchr(url, '?', (size_t)(at - url)))
		rest = url + strlen(url); /* the @ may belong to the query */
	else if (at)
		rest = at;
	n = strcspn(rest, "?");
	snprintf(out, size, "%.*s%s%.*s%s", (int)scheme, url, at ? "***" : "", (int)n, rest,
		 rest[n] ? "?***" : "");
}
