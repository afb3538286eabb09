#include "shim/sites/cfi_row.h"

#if ARCH_WALKS

#	include "shim/sites/cfi_value.h"

#	define DEPTH 3 /* of DW_CFA_remember_state; compilers need 1 */

struct machine {
	const struct function *function;
	uintptr_t address; /* whose row is wanted */
	uintptr_t location;
	struct row row, initial;
	struct row remembered[DEPTH];
	uint8_t depth;
	bool bad;
};

static int32_t narrow(struct machine *m, int64_t n)
{
	if (n != (int32_t)n)
		m->bad = true;
	return (int32_t)n;
}

static void set_cfa(struct machine *m, struct value value)
{
	m->row.cfa_base = (uint8_t)value.base;
	m->row.cfa = narrow(m, value.offset);
}

static void set_cfa_offset(struct machine *m, int64_t offset)
{
	m->row.cfa = narrow(m, offset);
}

static int64_t factored(const struct machine *m, int64_t n)
{
	int64_t offset;

	return __builtin_mul_overflow(n, m->function->data_align, &offset) ? INT64_MAX : offset;
}

static void save(struct machine *m, uint64_t number, enum place place, int64_t offset)
{
	if (number == ARCH_DWARF_FP) {
		m->row.fp_place = (uint8_t)place;
		m->row.fp = narrow(m, offset);
	} else if (number == ARCH_DWARF_RA) {
		m->row.ra_place = (uint8_t)place;
		m->row.ra = narrow(m, offset);
	}
}

static void save_at_value(struct machine *m, uint64_t number, struct value value)
{
	if (value.base == FROM_SP)
		save(m, number, SAVED_BY_SP, value.offset);
	else if (value.base == FROM_FP)
		save(m, number, SAVED_BY_FP, value.offset);
	else
		save(m, number, ELSEWHERE, 0);
}

static void restore(struct machine *m, uint64_t number)
{
	if (number == ARCH_DWARF_FP)
		save(m, number, m->initial.fp_place, m->initial.fp);
	else
		save(m, number, m->initial.ra_place, m->initial.ra);
}

static void advance(struct machine *m, uint64_t n)
{
	m->location += n * (uint64_t)m->function->code_align;
}

static void remember(struct machine *m)
{
	if (m->depth == DEPTH)
		m->bad = true;
	else
		m->remembered[m->depth++] = m->row;
}

static void recall(struct machine *m)
{
	if (m->depth == 0)
		m->bad = true;
	else
		m->row = m->remembered[--m->depth];
}

/* DW_CFA_*.  The first three have an operand in their low bits. */
enum { ADVANCE = 0x40, OFFSET = 0x80, RESTORE = 0xc0, OPERAND = 0x3f };
enum {
	NOP,
	SET_LOC,
	ADVANCE1,
	ADVANCE2,
	ADVANCE4,
	OFFSET_EXTENDED,
	RESTORE_EXTENDED,
	UNDEFINE,
	SAME_VALUE,
	IN_REGISTER,
	REMEMBER,
	RECALL,
	DEF_CFA,
	DEF_CFA_REGISTER,
	DEF_CFA_OFFSET,
	DEF_CFA_EXPRESSION,
	EXPRESSION,
	OFFSET_EXTENDED_SF,
	DEF_CFA_SF,
	DEF_CFA_OFFSET_SF,
	VAL_OFFSET,
	VAL_OFFSET_SF,
	VAL_EXPRESSION,
	NEGATE_RA_STATE = 0x2d, /* of arm64: whether the return address is signed */
	ARGS_SIZE = 0x2e,
	NEGATIVE_OFFSET = 0x2f
};

static struct value read_expression(struct machine *m, struct reader *r)
{
	struct reader expression = reader_split(r, reader_uleb(r));

	return cfi_value(&expression, m->address);
}

/* The instructions that begin with the number of a register. */
static void execute_register(struct machine *m, uint8_t op, struct reader *r)
{
	uint64_t number = reader_uleb(r);

	switch (op) {
	case OFFSET_EXTENDED:
		save(m, number, SAVED, factored(m, (int64_t)reader_uleb(r)));
		break;
	case OFFSET_EXTENDED_SF:
		save(m, number, SAVED, factored(m, reader_sleb(r)));
		break;
	case NEGATIVE_OFFSET:
		save(m, number, SAVED, factored(m, -(int64_t)(reader_uleb(r) & INT64_MAX)));
		break;
	case RESTORE_EXTENDED:
		restore(m, number);
		break;
	case UNDEFINE:
		save(m, number, UNDEFINED, 0);
		break;
	case SAME_VALUE:
		save(m, number, SAME, 0);
		break;
	case EXPRESSION:
		save_at_value(m, number, read_expression(m, r));
		break;
	case VAL_EXPRESSION:
		reader_skip(r, reader_uleb(r));
		save(m, number, ELSEWHERE, 0);
		break;
	case IN_REGISTER:
	case VAL_OFFSET:
	case VAL_OFFSET_SF:
		reader_uleb(r);
		save(m, number, ELSEWHERE, 0);
		break;
	case DEF_CFA:
		set_cfa(m, cfi_value_of_register(number, (int64_t)reader_uleb(r), 0));
		break;
	case DEF_CFA_SF:
		set_cfa(m, cfi_value_of_register(number, factored(m, reader_sleb(r)), 0));
		break;
	case DEF_CFA_REGISTER:
		set_cfa(m, cfi_value_of_register(number, m->row.cfa, 0));
		break;
	default:
		m->bad = true;
		break;
	}
}

static void execute_extended(struct machine *m, uint8_t op, struct reader *r)
{
	switch (op) {
	case NOP:
		break;
	case NEGATE_RA_STATE:
		m->bad |= !ARCH_HAS_LINK;
		break;
	case ADVANCE1:
		advance(m, reader_u8(r));
		break;
	case ADVANCE2:
		advance(m, reader_u16(r));
		break;
	case ADVANCE4:
		advance(m, reader_u32(r));
		break;
	case REMEMBER:
		remember(m);
		break;
	case RECALL:
		recall(m);
		break;
	case DEF_CFA_OFFSET:
		set_cfa_offset(m, (int64_t)reader_uleb(r));
		break;
	case DEF_CFA_OFFSET_SF:
		set_cfa_offset(m, factored(m, reader_sleb(r)));
		break;
	case DEF_CFA_EXPRESSION:
		set_cfa(m, read_expression(m, r));
		break;
	case ARGS_SIZE:
		reader_uleb(r);
		break;
	default: /* SET_LOC too, which nobody uses */
		execute_register(m, op, r);
		break;
	}
}

/* Execute up to the row of the address. */
static void execute(struct machine *m, const struct reader *instructions)
{
	struct reader r = *instructions;

	while (reader_left(&r) && !m->bad) {
		uint8_t op = reader_u8(&r);

		if ((op & ~OPERAND) == ADVANCE)
			advance(m, op & OPERAND);
		else if ((op & ~OPERAND) == OFFSET)
			save(m, op & OPERAND, SAVED, factored(m, (int64_t)reader_uleb(&r)));
		else if ((op & ~OPERAND) == RESTORE)
			restore(m, op & OPERAND);
		else
			execute_extended(m, op, &r);
		if (m->location > m->address)
			return;
	}
	m->bad |= r.bad;
}

bool cfi_row(const struct function *f, uintptr_t address, struct row *row)
{
	struct machine m = {.function = f, .address = address, .location = f->start};

	m.row.cfa_base = UNKNOWN;
	execute(&m, &f->shared);
	m.location = f->start;
	m.initial = m.row;
	m.depth = 0;
	execute(&m, &f->own);
	*row = m.row;
	return !m.bad;
}

#endif
