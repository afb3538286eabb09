#include "shim/sites/reader.h"

#include <string.h>

/* DW_EH_PE_*: how a number is written, and what it is relative to. */
enum { ABSOLUTE = 0x00, ULEB = 0x01, U16 = 0x02, U32 = 0x03, U64 = 0x04 };
enum { SLEB = 0x09, S16 = 0x0a, S32 = 0x0b, S64 = 0x0c };
enum { FORM = 0x0f, TO_HERE = 0x10, OMITTED = 0xff };

#define LEB_BYTES 10

const char *reader_text(struct reader *r)
{
	const char *text = (const char *)r->at;
	size_t left = reader_left(r), n = left ? strnlen(text, left) : 0;

	reader_skip(r, n + 1);
	return r->bad ? "" : text;
}

static uint64_t read_leb(struct reader *r, uint8_t *last, unsigned *shift)
{
	uint64_t value = 0;

	for (*shift = 0; *shift < 7 * LEB_BYTES; *shift += 7) {
		*last = reader_u8(r);
		if (*shift < 64)
			value |= (uint64_t)(*last & 0x7f) << *shift;
		if ((*last & 0x80) == 0) {
			*shift += 7;
			return value;
		}
	}
	reader_fail(r);
	return 0;
}

uint64_t reader_uleb(struct reader *r)
{
	unsigned shift;
	uint8_t last;

	return read_leb(r, &last, &shift);
}

int64_t reader_sleb(struct reader *r)
{
	unsigned shift;
	uint8_t last;
	uint64_t value = read_leb(r, &last, &shift);

	if (last & 0x40 && shift < 64)
		value |= ~(uint64_t)0 << shift;
	return (int64_t)value;
}

static uint64_t read_form(struct reader *r, uint8_t form)
{
	switch (form) {
	case ABSOLUTE:
	case U64:
	case S64:
		return reader_u64(r);
	case ULEB:
		return reader_uleb(r);
	case SLEB:
		return (uint64_t)reader_sleb(r);
	case U16:
		return reader_u16(r);
	case S16:
		return (uint64_t)(int16_t)reader_u16(r);
	case U32:
		return reader_u32(r);
	case S32:
		return (uint64_t)(int32_t)reader_u32(r);
	default:
		reader_fail(r);
		return 0;
	}
}

uintptr_t reader_pointer(struct reader *r, uint8_t encoding)
{
	uintptr_t here = (uintptr_t)r->at;
	uint64_t value;

	if (encoding == OMITTED)
		return 0;
	value = read_form(r, encoding & FORM);
	if ((encoding & ~FORM) == TO_HERE)
		return here + value;
	if (encoding & ~FORM)
		reader_fail(r);
	return value;
}
