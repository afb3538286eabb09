#ifndef MEMAGENT_PROTOBUF_H
#define MEMAGENT_PROTOBUF_H
/*
 * protobuf: encodes messages of Protocol Buffers.
 *
 * Layer    tools; needs alloc.
 * Source   protobuf.dev, "Encoding".
 */
#include <stddef.h>
#include <stdint.h>

/* A message.  All zero: empty. */
struct protobuf {
	unsigned char *bytes; /* from malloc */
	size_t used;
	size_t room;
};

/* Add ${value} as ${field}, also if it is 0. */
void protobuf_number(struct protobuf *message, unsigned field, uint64_t value);

/* Add ${n} bytes as ${field}. */
void protobuf_bytes(struct protobuf *message, unsigned field, const void *bytes, size_t n);

/* Add ${part} as ${field}, and empty ${part}. */
void protobuf_message(struct protobuf *message, unsigned field, struct protobuf *part);

/* Add ${n} numbers as ${field}, packed. */
void protobuf_numbers(struct protobuf *message, unsigned field, const uint64_t *values, size_t n);

void protobuf_free(struct protobuf *message);

#endif
