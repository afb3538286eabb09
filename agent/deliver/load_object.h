#ifndef MEMAGENT_LOAD_OBJECT_H
#define MEMAGENT_LOAD_OBJECT_H
/*
 * load_object: loads a transport from a shared object of a given path.
 *
 * Layer    agent; needs transport.
 */
#include <stddef.h>

struct transport;

/* Return the transport, or NULL with one line in ${error} of ${size} bytes. */
const struct transport *load_object(const char *path, char *error, size_t size);

#endif
