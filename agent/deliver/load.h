#ifndef MEMAGENT_LOAD_H
#define MEMAGENT_LOAD_H
/*
 * load: gets the HTTP transport, which is an object of its own.
 *
 * Layer    agent; needs transport.  (memagent-send has it built in, and its own load_http.)
 * Threads  load_remember in the thread that starts the sidecar; load_http in the sidecar.
 * Memory   load_remember never allocates.
 */
#include <stddef.h>

struct transport;

/*
 * load_remember():
 * Note where the object is, while the working directory is still the one that this library was
 * loaded in.  Only the first call looks.
 */
void load_remember(void);

/* Return it, or NULL with one line in ${error} of ${size} bytes. */
const struct transport *load_http(char *error, size_t size);

#endif
