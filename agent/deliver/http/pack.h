#ifndef MEMAGENT_PACK_H
#define MEMAGENT_PACK_H
/*
 * pack: bodies in gzip format.
 *
 * Layer    agent/deliver/http, leaf; on zlib.
 * Threads  the sidecar.
 */
#include <stddef.h>

/* Below this it is not worth the while: a point or two. */
#define PACK_FROM_BYTES 4096

struct pack;

/* Return a packer with room for the largest batch, or NULL without memory. */
struct pack *pack_open(void);
void pack_close(struct pack *pack);

/*
 * pack_bytes(pack, bytes, len):
 * Return ${*len} ${bytes} compressed, and set ${*len} to how many it is then; valid until the next
 * call.  Return NULL, ${*len} untouched, when it would not be less.
 */
const char *pack_bytes(struct pack *pack, const char *bytes, size_t *len);

#endif
