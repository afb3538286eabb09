#ifndef MEMAGENT_LOAD_H
#define MEMAGENT_LOAD_H
/*
 * load: loads the HTTP transport, a separate shared object.
 *
 * Layer    agent; needs transport.  (memagent-send links the transport and defines load_http
 * itself.) Threads  load_remember in the thread that starts the sidecar; load_http in the sidecar.
 * Memory   load_remember never allocates.
 */
#include <stddef.h>

struct transport;

/*
 * load_remember():
 * Store the path of the shared object, before the program changes its working directory.  Only the
 * first call does anything.
 */
void load_remember(void);

/* Return the HTTP transport, or NULL with one line in ${error} of ${size} bytes. */
const struct transport *load_http(char *error, size_t size);

#endif
