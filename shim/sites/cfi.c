#include "shim/sites/cfi.h"

#include "shim/sites/image.h"
#include "shim/sites/reader.h"

#if ARCH_WALKS

#	define DEPTH 4 /* of DW_CFA_remember_state; compilers need one or two */
#	define HOPS 8	/* of an expression's stack */

/* A value that is known but for a register. */
enum base {
	CONSTANT,
	SP,
	FP,
	SP_DEREF, /* the word in memory at sp + offset */
	FP_DEREF,
	UNKNOWN
};

struct value {
	enum base base;
	int64_t offset;
};

/* Where a register of the caller is saved. */
enum place { SAME, UNDEFINED, AT_CFA, AT_VALUE, ELSEWHERE };

struct saved {
	enum place place;
	struct value value; /* AT_CFA: the offset only */
};

/* One row of the table that the instructions make. */
struct row {
	struct value cfa;
	struct saved fp, ra;
};

/* The description of a function, and what it shares with others (FDE and CIE). */
struct function {
	uintptr_t start, size;
	struct reader shared, own; /* instructions */
	uint64_t code_align;
	int64_t data_align;
	bool is_signal, has_augmentation;
};

/* ---- expressions ---- */

static struct value of_register(uint64_t number, int64_t offset, uintptr_t address)
{
	if (number == ARCH_DWARF_SP)
		return (struct value){SP, offset};
	if (number == ARCH_DWARF_FP)
		return (struct value){FP, offset};
	if (number == ARCH_DWARF_RA)
		return (struct value){CONSTANT, (int64_t)((uint64_t)address + (uint64_t)offset)};
	return (struct value){UNKNOWN, 0};
}

static struct value deref(struct value v)
{
	if (v.base == SP)
		return (struct value){SP_DEREF, v.offset};
	if (v.base == FP)
		return (struct value){FP_DEREF, v.offset};
	return (struct value){UNKNOWN, 0};
}

enum { OP_AND = 0x1a, OP_MINUS = 0x1c, OP_PLUS = 0x22, OP_SHL = 0x24, OP_GE = 0x2a, OP_GT = 0x2b };

static struct value combine(uint8_t op, struct value a, struct value b)
{
	uint64_t x = (uint64_t)a.offset, y = (uint64_t)b.offset;

	if (op == OP_PLUS && a.base == CONSTANT && b.base <= FP)
		return (struct value){b.base, (int64_t)(x + y)};
	if (b.base != CONSTANT || a.base > FP ||
	    (a.base != CONSTANT && op != OP_PLUS && op != OP_MINUS))
		return (struct value){UNKNOWN, 0};
	switch (op) {
	case OP_PLUS:
		return (struct value){a.base, (int64_t)(x + y)};
	case OP_MINUS:
		return (struct value){a.base, (int64_t)(x - y)};
	case OP_AND:
		return (struct value){CONSTANT, (int64_t)(x & y)};
	case OP_SHL:
		return (struct value){CONSTANT, (int64_t)(y < 64 ? x << y : 0)};
	case OP_GE:
		return (struct value){CONSTANT, a.offset >= b.offset};
	case OP_GT:
		return (struct value){CONSTANT, a.offset > b.offset};
	default:
		return (struct value){UNKNOWN, 0};
	}
}

enum {
	OP_DEREF = 0x06,
	OP_CONST1U = 0x08,
	OP_CONST1S = 0x09,
	OP_CONST2U = 0x0a,
	OP_CONST2S = 0x0b
};
enum { OP_PLUS_UCONST = 0x23, OP_LIT0 = 0x30, OP_BREG0 = 0x70, REGISTERS = 32 };

/* Return the value that ${op} pushes. */
static struct value pushed(uint8_t op, struct reader *r, uintptr_t address)
{
	if (op >= OP_BREG0 && op < OP_BREG0 + REGISTERS)
		return of_register(op - OP_BREG0, reader_sleb(r), address);
	if (op >= OP_LIT0 && op < OP_LIT0 + 32)
		return (struct value){CONSTANT, op - OP_LIT0};
	switch (op) {
	case OP_CONST1U:
		return (struct value){CONSTANT, reader_u8(r)};
	case OP_CONST1S:
		return (struct value){CONSTANT, (int8_t)reader_u8(r)};
	case OP_CONST2U:
		return (struct value){CONSTANT, reader_u16(r)};
	case OP_CONST2S:
		return (struct value){CONSTANT, (int16_t)reader_u16(r)};
	default:
		return (struct value){UNKNOWN, 0};
	}
}

/* Return the value of an expression, at the code ${address}. */
static struct value evaluate(struct reader r, uintptr_t address)
{
	struct value stack[HOPS];
	size_t depth = 0;

	while (reader_left(&r)) {
		uint8_t op = reader_u8(&r);

		if (op == OP_DEREF && depth) {
			stack[depth - 1] = deref(stack[depth - 1]);
		} else if (op == OP_PLUS_UCONST && depth) {
			struct value n = {CONSTANT, (int64_t)reader_uleb(&r)};

			stack[depth - 1] = combine(OP_PLUS, stack[depth - 1], n);
		} else if (op >= OP_AND && op <= OP_GT && depth >= 2) {
			depth--;
			stack[depth - 1] = combine(op, stack[depth - 1], stack[depth]);
		} else if (depth < HOPS) {
			stack[depth] = pushed(op, &r, address);
			if (stack[depth++].base == UNKNOWN)
				break;
		} else {
			break;
		}
	}
	if (r.bad || reader_left(&r) || depth != 1)
		return (struct value){UNKNOWN, 0};
	return stack[0];
}

/* ---- the instructions of a function ---- */

struct machine {
	const struct function *function;
	uintptr_t address; /* of the row that is wanted */
	uintptr_t location;
	struct row row, initial;
	struct row remembered[DEPTH];
	size_t depth;
	bool bad;
};

static struct saved *place_of(struct row *row, uint64_t number)
{
	if (number == ARCH_DWARF_FP)
		return &row->fp;
	return number == ARCH_DWARF_RA ? &row->ra : NULL;
}

static void save(struct machine *m, uint64_t number, enum place place, struct value value)
{
	struct saved *saved = place_of(&m->row, number);

	if (saved)
		*saved = (struct saved){place, value};
}

static void save_at(struct machine *m, uint64_t number, uint64_t factored)
{
	uint64_t offset = factored * (uint64_t)m->function->data_align;

	save(m, number, AT_CFA, (struct value){CONSTANT, (int64_t)offset});
}

static void restore(struct machine *m, uint64_t number)
{
	struct saved *saved = place_of(&m->row, number);

	if (saved)
		*saved = *place_of(&m->initial, number);
}

static void advance(struct machine *m, uint64_t factored)
{
	m->location += factored * m->function->code_align;
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

static void define_cfa(struct machine *m, uint64_t number, uint64_t offset)
{
	m->row.cfa = of_register(number, (int64_t)offset, m->address);
	if (m->row.cfa.base == CONSTANT)
		m->row.cfa.base = UNKNOWN;
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
	ARGS_SIZE = 0x2e,
	NEGATIVE_OFFSET = 0x2f
};

static void execute_cfa(struct machine *m, uint8_t op, struct reader *r)
{
	int64_t align = m->function->data_align;
	uint64_t number = 0;

	if (op == DEF_CFA || op == DEF_CFA_SF || op == DEF_CFA_REGISTER)
		number = reader_uleb(r);
	switch (op) {
	case DEF_CFA:
		define_cfa(m, number, reader_uleb(r));
		break;
	case DEF_CFA_SF:
		define_cfa(m, number, (uint64_t)reader_sleb(r) * (uint64_t)align);
		break;
	case DEF_CFA_REGISTER:
		define_cfa(m, number, (uint64_t)m->row.cfa.offset);
		break;
	case DEF_CFA_OFFSET:
		m->row.cfa.offset = (int64_t)reader_uleb(r);
		break;
	case DEF_CFA_OFFSET_SF:
		m->row.cfa.offset = (int64_t)((uint64_t)reader_sleb(r) * (uint64_t)align);
		break;
	default:
		m->row.cfa = evaluate(reader_split(r, reader_uleb(r)), m->address);
		break;
	}
}

/* The instructions that say where a register is; the number is their first operand. */
static void execute_register(struct machine *m, uint8_t op, struct reader *r)
{
	const struct value none = {UNKNOWN, 0};
	uint64_t number = reader_uleb(r);

	switch (op) {
	case OFFSET_EXTENDED:
		save_at(m, number, reader_uleb(r));
		break;
	case OFFSET_EXTENDED_SF:
		save_at(m, number, (uint64_t)reader_sleb(r));
		break;
	case NEGATIVE_OFFSET:
		save_at(m, number, 0 - reader_uleb(r));
		break;
	case RESTORE_EXTENDED:
		restore(m, number);
		break;
	case UNDEFINE:
		save(m, number, UNDEFINED, none);
		break;
	case SAME_VALUE:
		save(m, number, SAME, none);
		break;
	case EXPRESSION:
		save(m, number, AT_VALUE, evaluate(reader_split(r, reader_uleb(r)), m->address));
		break;
	case VAL_EXPRESSION:
		reader_skip(r, reader_uleb(r));
		save(m, number, ELSEWHERE, none);
		break;
	default: /* IN_REGISTER, VAL_OFFSET, VAL_OFFSET_SF */
		reader_uleb(r);
		save(m, number, ELSEWHERE, none);
		break;
	}
}

static void execute_extended(struct machine *m, uint8_t op, struct reader *r)
{
	switch (op) {
	case NOP:
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
	case ARGS_SIZE:
		reader_uleb(r);
		break;
	case DEF_CFA:
	case DEF_CFA_REGISTER:
	case DEF_CFA_OFFSET:
	case DEF_CFA_EXPRESSION:
	case DEF_CFA_SF:
	case DEF_CFA_OFFSET_SF:
		execute_cfa(m, op, r);
		break;
	case SET_LOC: /* its encoding is the CIE's; nobody emits it */
		m->bad = true;
		break;
	default:
		if (op > VAL_EXPRESSION && op != NEGATIVE_OFFSET)
			m->bad = true;
		else
			execute_register(m, op, r);
		break;
	}
}

/* Execute up to the row of the address. */
static void execute(struct machine *m, struct reader r)
{
	while (reader_left(&r) && !m->bad) {
		uint8_t op = reader_u8(&r);

		if ((op & ~OPERAND) == ADVANCE)
			advance(m, op & OPERAND);
		else if ((op & ~OPERAND) == OFFSET)
			save_at(m, op & OPERAND, reader_uleb(&r));
		else if ((op & ~OPERAND) == RESTORE)
			restore(m, op & OPERAND);
		else
			execute_extended(m, op, &r);
		if (m->location > m->address)
			return;
	}
	m->bad |= r.bad;
}

/* ---- finding a function ---- */

enum { UDATA4 = 0x03, SORTED_TABLE = 0x3b };

/* Return a reader of the entry (CIE or FDE) at ${address}, behind its length. */
static struct reader open_entry(const struct image *image, uintptr_t address)
{
	struct reader r = reader_of(image_bytes(image, address));
	uint32_t length = reader_u32(&r);

	if (length > CFI_BYTES)
		reader_fail(&r);
	return reader_split(&r, length);
}

/* Read the augmentation.  Return the encoding of addresses in the FDEs. */
static uint8_t read_augmentation(struct reader *r, const char *letters, struct function *f)
{
	struct reader data = reader_split(r, reader_uleb(r));
	uint8_t encoding = 0;

	for (; *letters; letters++) {
		if (*letters == 'R')
			encoding = reader_u8(&data);
		else if (*letters == 'P')
			reader_pointer(&data, reader_u8(&data) & 0x0f);
		else if (*letters == 'L')
			reader_u8(&data);
		else if (*letters == 'S')
			f->is_signal = true;
		else if (*letters != 'B')
			data.bad = true;
	}
	r->bad |= data.bad;
	return encoding;
}

/* Read the CIE at ${address}.  Return whether that worked. */
static bool read_shared(const struct image *image, uintptr_t address, struct function *f,
			uint8_t *encoding)
{
	struct reader r = open_entry(image, address);
	const char *letters;
	uint8_t version;

	if (reader_u32(&r) != 0)
		return false;
	version = reader_u8(&r);
	letters = (const char *)r.at;
	reader_skip(&r, strnlen(letters, reader_left(&r)) + 1);
	if (r.bad || (version != 1 && version != 3))
		return false;
	f->code_align = reader_uleb(&r);
	f->data_align = reader_sleb(&r);
	if ((version == 1 ? reader_u8(&r) : reader_uleb(&r)) != ARCH_DWARF_RA)
		return false;
	*encoding = 0;
	f->has_augmentation = *letters == 'z';
	if (f->has_augmentation)
		*encoding = read_augmentation(&r, letters + 1, f);
	else if (*letters)
		return false;
	f->shared = r;
	return !r.bad;
}

/* Read the FDE at ${address}. */
static bool read_function(const struct image *image, uintptr_t address, struct function *f)
{
	struct reader r = open_entry(image, address);
	uintptr_t here = (uintptr_t)r.at;
	uint32_t back = reader_u32(&r);
	uint8_t encoding;

	if (r.bad || back == 0 || !read_shared(image, here - back, f, &encoding))
		return false;
	f->start = reader_pointer(&r, encoding);
	f->size = reader_pointer(&r, encoding & 0x0f);
	/* All that have an augmentation have 'z' first. */
	if (f->has_augmentation)
		reader_skip(&r, reader_uleb(&r));
	f->own = r;
	return !r.bad;
}

struct index {
	int32_t function, description; /* relative to .eh_frame_hdr */
};

static struct index read_index(const uint8_t *table, size_t i)
{
	struct index entry;

	memcpy(&entry, table + i * sizeof(entry), sizeof(entry));
	return entry;
}

/* Return the address of the FDE that may describe ${address}, or 0. */
static uintptr_t search(const struct image *image, uintptr_t header, uintptr_t address)
{
	struct reader r = reader_of(image_bytes(image, header));
	uint8_t version = reader_u8(&r), pointer = reader_u8(&r), count = reader_u8(&r);
	uint8_t form = reader_u8(&r);
	size_t low = 0, high;

	if (version != 1 || count != UDATA4 || form != SORTED_TABLE)
		return 0;
	reader_pointer(&r, pointer);
	high = reader_u32(&r);
	if (r.bad || high > reader_left(&r) / sizeof(struct index))
		return 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (header + (uintptr_t)(intptr_t)read_index(r.at, middle).function <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return 0;
	return header + (uintptr_t)(intptr_t)read_index(r.at, low - 1).description;
}

/* ---- from a row to a rule ---- */

static bool fits(int64_t offset, int64_t words)
{
	return offset % 8 == 0 && offset / 8 > -words && offset / 8 < words;
}

/* Return whether the registers are where the kernel puts them below a signal handler. */
static bool is_kernels(const struct row *row)
{
	return row->cfa.base == SP_DEREF && row->cfa.offset == ARCH_SIGNAL_SP &&
	       row->fp.place == AT_VALUE && row->fp.value.base == SP &&
	       row->fp.value.offset == ARCH_SIGNAL_FP && row->ra.place == AT_VALUE &&
	       row->ra.value.base == SP && row->ra.value.offset == ARCH_SIGNAL_PC;
}

static rule bad_rule(void)
{
	return rule_make(RULE_BAD, 0, 0, 0);
}

static rule rule_of_frame(enum rule_kind kind, const struct row *row)
{
	bool by_value = kind == RULE_FP_DEREF;
	int64_t fp = row->fp.value.offset, ra = row->ra.value.offset;

	if (row->fp.place == SAME && !by_value)
		fp = 0;
	else if (by_value ? row->fp.place != AT_VALUE || row->fp.value.base != FP
			  : row->fp.place != AT_CFA || fp == 0)
		return bad_rule();
	if (row->ra.place == SAME && ARCH_HAS_LINK)
		ra = 0;
	else if (row->ra.place != AT_CFA || ra == 0)
		return bad_rule();
	if (!fits(row->cfa.offset, RULE_CFA_MAX) || !fits(fp, RULE_SAVED_MAX) ||
	    !fits(ra, RULE_SAVED_MAX))
		return bad_rule();
	return rule_make(kind, row->cfa.offset / 8, fp / 8, ra / 8);
}

static rule rule_of_row(const struct row *row, bool is_signal)
{
	if (is_signal)
		return is_kernels(row) ? rule_make(RULE_SIGNAL, 0, 0, 0) : bad_rule();
	if (row->ra.place == UNDEFINED)
		return rule_make(RULE_OUTERMOST, 0, 0, 0);
	switch (row->cfa.base) {
	case SP:
		return rule_of_frame(RULE_SP, row);
	case FP:
		return rule_of_frame(RULE_FP, row);
	case FP_DEREF:
		return rule_of_frame(RULE_FP_DEREF, row);
	default:
		return bad_rule();
	}
}

rule cfi_rule(const struct image *image, uintptr_t header, uintptr_t address)
{
	uintptr_t description = search(image, header, address);
	struct function f = {.start = 0};
	struct machine m = {.function = &f, .address = address};

	if (description == 0)
		return rule_make(RULE_NONE, 0, 0, 0);
	if (!read_function(image, description, &f))
		return bad_rule();
	if (address - f.start >= f.size)
		return rule_make(RULE_NONE, 0, 0, 0);
	m.location = f.start;
	execute(&m, f.shared);
	m.initial = m.row;
	m.depth = 0;
	execute(&m, f.own);
	return m.bad ? bad_rule() : rule_of_row(&m.row, f.is_signal);
}

#else

rule cfi_rule(const struct image *image, uintptr_t header, uintptr_t address)
{
	(void)image;
	(void)header;
	(void)address;
	return rule_make(RULE_NONE, 0, 0, 0);
}

#endif
