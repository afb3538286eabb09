#ifndef MEMAGENT_PACK_H
#define MEMAGENT_PACK_H
/*
 * pack: compresses bodies with gzip.
 *
 * Layer    agent/deliver/http, leaf; on zlib.
 * Threads  the sidecar.
 */
#include <stddef.h>

/* Smaller bodies, a point or two, are sent uncompressed. */
#define PACK_FROM_BYTES 4096

struct pack;

/* Return a packer with room for the largest batch, or NULL if there is no memory. */
struct pack *pack_open(void);
void pack_close(struct pack *pack);

/*
 * pack_bytes(pack, bytes, len):
 * Compress ${*len} ${bytes}.  Return the result, valid until the next call, and set ${*len} to its
 * length.  If it would not be shorter, return NULL and leave ${*len} unchanged.
 */
const char *pack_bytes(struct pack *pack, const char *bytes, size_t *len);

#endif
