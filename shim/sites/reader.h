#ifndef MEMAGENT_READER_H
#define MEMAGENT_READER_H
/*
 * reader: reads the numbers of DWARF from bytes in memory.
 *
 * A read beyond the end returns 0 and sets ${bad}.
 *
 * Layer    shim; needs image.h.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/sites/image.h"

struct reader {
	const uint8_t *at, *end;
	bool bad;
};

INLINE struct reader reader_of(struct bytes b)
{
	return (struct reader){b.at, b.end, false};
}

INLINE size_t reader_left(const struct reader *r)
{
	return (size_t)(r->end - r->at);
}

INLINE void reader_fail(struct reader *r)
{
	r->at = r->end;
	r->bad = true;
}

INLINE void reader_skip(struct reader *r, uint64_t n)
{
	if (n > reader_left(r))
		reader_fail(r);
	else
		r->at += n;
}

/* Split off a reader of the next ${n} bytes. */
INLINE struct reader reader_split(struct reader *r, uint64_t n)
{
	struct reader part = *r;

	reader_skip(r, n);
	part.end = r->at;
	part.bad = r->bad;
	if (part.bad)
		part.at = part.end;
	return part;
}

#define READER_NUMBER(name, type)                                                                  \
	INLINE type name(struct reader *r)                                                         \
	{                                                                                          \
		type value = 0;                                                                    \
                                                                                                   \
		if (reader_left(r) < sizeof(value)) {                                              \
			reader_fail(r);                                                            \
			return 0;                                                                  \
		}                                                                                  \
		__builtin_memcpy(&value, r->at, sizeof(value));                                    \
		r->at += sizeof(value);                                                            \
		return value;                                                                      \
	}

READER_NUMBER(reader_u8, uint8_t)
READER_NUMBER(reader_u16, uint16_t)
READER_NUMBER(reader_u32, uint32_t)
READER_NUMBER(reader_u64, uint64_t)

/* Read a text up to its NUL. */
const char *reader_text(struct reader *r) INTERNAL;

uint64_t reader_uleb(struct reader *r) INTERNAL;
int64_t reader_sleb(struct reader *r) INTERNAL;

/*
 * reader_pointer(r, encoding):
 * Read an address in one of the encodings DW_EH_PE_*.  Those that need a register or a further
 * access fail.
 */
uintptr_t reader_pointer(struct reader *r, uint8_t encoding) INTERNAL;

#endif
