#include "agent/deliver/http/pack.h"

#include <stdlib.h>

/* Makes zlib's input pointer const. */
#define ZLIB_CONST
#include <zlib.h>

#define OUT_BYTES 65536

/* A window of 8 KiB holds several points, and successive points are almost equal. */
#define WINDOW_BITS 13
#define GZIP_FORMAT 16
#define MEMORY_LEVEL 5

struct pack {
	z_stream stream;
	unsigned char out[OUT_BYTES];
};

struct pack *pack_open(void)
{
	struct pack *pack = calloc(1, sizeof(*pack));

	if (pack &&
	    deflateInit2(&pack->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
			 WINDOW_BITS + GZIP_FORMAT, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(pack);
		pack = NULL;
	}
	return pack;
}

void pack_close(struct pack *pack)
{
	if (pack)
		deflateEnd(&pack->stream);
	free(pack);
}

const char *pack_bytes(struct pack *pack, const char *bytes, size_t *len)
{
	z_stream *stream = &pack->stream;

	if (deflateReset(stream) != Z_OK)
		return NULL;
	stream->next_in = (const unsigned char *)bytes;
	stream->avail_in = (unsigned)*len;
	stream->next_out = pack->out;
	stream->avail_out = *len < OUT_BYTES ? (unsigned)*len : OUT_BYTES;
	if (deflate(stream, Z_FINISH) != Z_STREAM_END)
		return NULL;
	*len = stream->total_out;
	return (const char *)pack->out;
}
