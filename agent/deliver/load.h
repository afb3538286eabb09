#ifndef MEMAGENT_LOAD_H
#define MEMAGENT_LOAD_H
/*
 * load: gets the HTTP transport, which is an object of its own.
 *
 * Layer    agent; needs transport.  (memagent-send has it built in, and its own load_http.)
 * Threads  the sidecar.
 */
#include <stddef.h>

struct transport;

/* Return it, or NULL with one line in ${error} of ${size} bytes. */
const struct transport *load_http(char *error, size_t size);

#endif
