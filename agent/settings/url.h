#ifndef MEMAGENT_URL_H
#define MEMAGENT_URL_H
/*
 * url: the kind of destination that a URL names, and how to log a URL.
 *
 * Layer    agent, leaf; pure.  (libcurl parses the rest of an http URL.)
 */
#include <stddef.h>

enum url_scheme { URL_BAD, URL_HTTP, URL_HTTPS, URL_UNIX, URL_UDP, URL_FILE };

/*
 * url_scheme(url):
 * Return the scheme of ${url}, or URL_BAD if ${url}
 * - has another scheme,
 * - lacks a host (http, https, udp), a port (udp) or an absolute path (unix, file), or
 * - has a host and also a query, a fragment, spaces or control characters.
 * A path may contain any character.
 */
enum url_scheme url_scheme(const char *url);

/* Return the path in a ${url} of scheme URL_FILE or URL_UNIX; it points into ${url}. */
const char *url_path(const char *url);

/*
 * url_host_port(url, host, size, port):
 * Copy the host of a ${url} of scheme URL_UDP to ${host} of ${size} bytes, without the brackets of
 * an IPv6 address, and point ${port} at its port.  Return 0, or -1 with errno ENAMETOOLONG.
 */
int url_host_port(const char *url, char *host, size_t size, const char **port);

/*
 * url_mask(url, out, size):
 * Copy ${url} to ${out} of ${size} bytes, and replace user, password and query by "***".  A copy
 * that does not fit is cut off.  Works for any text.
 */
void url_mask(const char *url, char *out, size_t size);

#endif
