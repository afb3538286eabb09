#ifndef MEMAGENT_URL_H
#define MEMAGENT_URL_H
/*
 * url: what kind of destination a URL names, and how to show it.
 *
 * Layer    agent, leaf; pure.  (What is in an http URL, libcurl knows.)
 */
#include <stddef.h>

enum url_scheme { URL_BAD, URL_HTTP, URL_HTTPS, URL_FILE };

/*
 * url_scheme(url):
 * Return the scheme of ${url}, or URL_BAD when it is none that we write to, has no host (http,
 * https) or no absolute path (file), or when one of the first two has a query, a fragment, spaces
 * or control characters.  A file's path is taken as it is.
 */
enum url_scheme url_scheme(const char *url);

/* Return the path that a ${url} of scheme URL_FILE names: a part of ${url}. */
const char *url_path(const char *url);

/*
 * url_mask(url, out, size):
 * Copy ${url} to ${out} of ${size} bytes, cut short when it does not fit, with "***" in place of a
 * user and password in it.  Works for any text.
 */
void url_mask(const char *url, char *out, size_t size);

#endif
