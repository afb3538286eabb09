#ifndef MEMAGENT_URL_H
#define MEMAGENT_URL_H
/*
 * url: what kind of destination a URL names, and how to show it.
 *
 * Layer    agent, leaf; pure.  (What is in an http URL, libcurl knows.)
 */
#include <stddef.h>

enum url_scheme { URL_BAD, URL_HTTP, URL_HTTPS, URL_UNIX, URL_UDP, URL_FILE };

/*
 * url_scheme(url):
 * Return the scheme of ${url}, or URL_BAD when it is none that we write to, has no host (http,
 * https, udp), no port (udp) or no absolute path (unix, file), or when one with a host has a query,
 * a fragment, spaces or control characters.  A path is taken as it is.
 */
enum url_scheme url_scheme(const char *url);

/* Return the path that a ${url} of scheme URL_FILE or URL_UNIX names: a part of ${url}. */
const char *url_path(const char *url);

/*
 * url_host_port(url, host, size, port):
 * Copy the host of a ${url} of scheme URL_UDP to ${host} of ${size} bytes, without the brackets of
 * an IPv6 address, and point ${port} at its port.  Return 0, or -1 with errno ENAMETOOLONG.
 */
int url_host_port(const char *url, char *host, size_t size, const char **port);

/*
 * url_mask(url, out, size):
 * Copy ${url} to ${out} of ${size} bytes, cut short when it does not fit, with "***" in place of a
 * user and password in it, and of a query.  Works for any text.
 */
void url_mask(const char *url, char *out, size_t size);

#endif
