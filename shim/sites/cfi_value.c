#include "shim/sites/cfi_value.h"

#if ARCH_WALKS

#	define DEPTH 3 /* the PLT's need that */

enum {
	DEREF = 0x06,
	CONST1U = 0x08,
	CONST1S = 0x09,
	CONST2U = 0x0a,
	CONST2S = 0x0b,
	AND = 0x1a,
	MINUS = 0x1c,
	PLUS = 0x22,
	PLUS_UCONST = 0x23,
	SHL = 0x24,
	GE = 0x2a,
	GT = 0x2b,
	LIT0 = 0x30,
	BREG0 = 0x70,
	NUMBERS = 32 /* of LIT and BREG */
};

static const struct value unknown = {UNKNOWN, 0};

struct value cfi_value_of_register(uint64_t number, int64_t offset, uintptr_t address)
{
	switch (number) {
	case ARCH_DWARF_SP:
		return (struct value){FROM_SP, offset};
	case ARCH_DWARF_FP:
		return (struct value){FROM_FP, offset};
	case (uint64_t)ARCH_DWARF_PC:
		return (struct value){CONSTANT, (int64_t)((uint64_t)address + (uint64_t)offset)};
	default:
		return unknown;
	}
}

static struct value deref(struct value v)
{
	if (v.base == FROM_SP)
		return (struct value){AT_SP, v.offset};
	if (v.base == FROM_FP)
		return (struct value){AT_FP, v.offset};
	return unknown;
}

static struct value add(struct value v, uint64_t n)
{
	if (v.base > FROM_FP)
		return unknown;
	return (struct value){v.base, (int64_t)((uint64_t)v.offset + n)};
}

static struct value combine(uint8_t op, struct value a, struct value b)
{
	if (op == PLUS && a.base == CONSTANT)
		return add(b, (uint64_t)a.offset);
	if (b.base != CONSTANT)
		return unknown;
	if (op == PLUS)
		return add(a, (uint64_t)b.offset);
	if (op == MINUS)
		return add(a, -(uint64_t)b.offset);
	if (a.base != CONSTANT)
		return unknown;
	switch (op) {
	case AND:
		return (struct value){CONSTANT, a.offset & b.offset};
	case SHL:
		return (struct value){CONSTANT, (int64_t)((uint64_t)a.offset << (b.offset & 63))};
	case GE:
		return (struct value){CONSTANT, a.offset >= b.offset};
	case GT:
		return (struct value){CONSTANT, a.offset > b.offset};
	default:
		return unknown;
	}
}

/* Return the value that ${op} pushes. */
static struct value pushed(uint8_t op, struct reader *r, uintptr_t address)
{
	if (op >= BREG0 && op < BREG0 + NUMBERS)
		return cfi_value_of_register(op - BREG0, reader_sleb(r), address);
	if (op >= LIT0 && op < LIT0 + NUMBERS)
		return (struct value){CONSTANT, op - LIT0};
	switch (op) {
	case CONST1U:
		return (struct value){CONSTANT, reader_u8(r)};
	case CONST1S:
		return (struct value){CONSTANT, (int8_t)reader_u8(r)};
	case CONST2U:
		return (struct value){CONSTANT, reader_u16(r)};
	case CONST2S:
		return (struct value){CONSTANT, (int16_t)reader_u16(r)};
	default:
		return unknown;
	}
}

struct value cfi_value(struct reader *r, uintptr_t address)
{
	struct value stack[DEPTH];
	unsigned depth = 0;

	while (reader_left(r)) {
		uint8_t op = reader_u8(r);

		if (op == DEREF && depth >= 1) {
			stack[depth - 1] = deref(stack[depth - 1]);
		} else if (op == PLUS_UCONST && depth >= 1) {
			stack[depth - 1] = add(stack[depth - 1], reader_uleb(r));
		} else if (op >= AND && op <= GT && depth >= 2) {
			depth--;
			stack[depth - 1] = combine(op, stack[depth - 1], stack[depth]);
		} else if (depth < DEPTH) {
			stack[depth++] = pushed(op, r, address);
		} else {
			return unknown;
		}
		if (stack[depth - 1].base == UNKNOWN)
			return unknown;
	}
	return r->bad || depth != 1 ? unknown : stack[0];
}

#endif
