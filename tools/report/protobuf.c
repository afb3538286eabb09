#include "tools/report/protobuf.h"

#include <stdlib.h>
#include <string.h>

#include "tools/report/alloc.h"

#define VARINT_BYTES 10 /* of the largest number */

enum wire { WIRE_VARINT = 0, WIRE_BYTES = 2 };

static void add_varint(struct protobuf *message, uint64_t value)
{
	message->bytes =
	    alloc_grow(message->bytes, &message->room, message->used + VARINT_BYTES, 1);
	for (; value >= 0x80; value >>= 7)
		message->bytes[message->used++] = (unsigned char)(value | 0x80);
	message->bytes[message->used++] = (unsigned char)value;
}

static void add_key(struct protobuf *message, unsigned field, enum wire wire)
{
	add_varint(message, (uint64_t)field << 3 | wire);
}

void protobuf_number(struct protobuf *message, unsigned field, uint64_t value)
{
	add_key(message, field, WIRE_VARINT);
	add_varint(message, value);
}

void protobuf_bytes(struct protobuf *message, unsigned field, const void *bytes, size_t n)
{
	add_key(message, field, WIRE_BYTES);
	add_varint(message, n);
	message->bytes = alloc_grow(message->bytes, &message->room, message->used + n, 1);
	if (n)
		memcpy(message->bytes + message->used, bytes, n);
	message->used += n;
}

void protobuf_message(struct protobuf *message, unsigned field, struct protobuf *part)
{
	protobuf_bytes(message, field, part->bytes, part->used);
	part->used = 0;
}

void protobuf_numbers(struct protobuf *message, unsigned field, const uint64_t *values, size_t n)
{
	struct protobuf packed = {.bytes = NULL};

	for (size_t i = 0; i < n; i++)
		add_varint(&packed, values[i]);
	protobuf_message(message, field, &packed);
	protobuf_free(&packed);
}

void protobuf_free(struct protobuf *message)
{
	free(message->bytes);
	*message = (struct protobuf){.bytes = NULL};
}
