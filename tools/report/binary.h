#ifndef MEMAGENT_BINARY_H
#define MEMAGENT_BINARY_H
/*
 * binary: the build-id and the code segments of an ELF file, which may have any content.
 *
 * Layer    tools; needs agent/sites/symbols.h.
 * Source   elf(5).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/sites/symbols.h"

#define BINARY_SEGMENTS_MOST 4

/* A segment with code. */
struct binary_segment {
	uint64_t address; /* of its first byte, as symbols have it */
	uint64_t offset;  /* of its first byte in the file */
	uint64_t size;	  /* in memory */
};

struct binary {
	char build_id[2 * SYMBOLS_ID_BYTES + 1]; /* hex digits; "": none */
	bool is_fixed;				 /* runs at the addresses that its symbols have */
	struct binary_segment segments[BINARY_SEGMENTS_MOST];
	size_t segment_count;
};

/*
 * binary_read(path, out):
 * Fill ${out} from the file at ${path}.  Return whether it is a regular ELF file of this program's
 * width and byte order.
 */
bool binary_read(const char *path, struct binary *out);

#endif
