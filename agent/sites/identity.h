#ifndef MEMAGENT_IDENTITY_H
#define MEMAGENT_IDENTITY_H
/*
 * identity: the number of a call site, the same on every host and after every restart.
 *
 * It is the hash of the stack's frames, each as the object's build-id and the address in the
 * object. An object without a build-id counts by its file name.  Code of no object, as a JIT
 * compiler makes it, differs from run to run: several such frames in a row count as one without an
 * address.
 *
 * Layer    agent; needs fnv and shim/sites/objects.h.
 * Threads  the sidecar.
 */
#include <stddef.h>
#include <stdint.h>

/* Return the number, never 0, of the call site with these ${n} ${frames}, innermost first. */
uint64_t identity_of(const uint64_t *frames, size_t n);

#endif
