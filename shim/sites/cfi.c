#include "shim/sites/cfi.h"

#include "shim/sites/image.h"

#if ARCH_WALKS

#	include "shim/sites/cfi_row.h"
#	include "shim/sites/cfi_value.h"
#	include "shim/sites/reader.h"

/* Not inlined, so that their variables have left the stack before the instructions are executed. */
#	define APART __attribute__((noinline))

static rule empty_rule(enum rule_kind kind)
{
	return rule_make(kind, 0, 0, 0);
}

/* ---- from a row to a rule ---- */

static bool is_word(int32_t offset, int32_t limit)
{
	return offset % 8 == 0 && offset / 8 > -limit && offset / 8 < limit;
}

/* Return whether a register can be saved there. No register is saved above the frame's end. */
static bool is_saved(int32_t offset)
{
	return offset <= 0 && is_word(offset, RULE_SAVED_MAX);
}

/* Return whether the registers are where the kernel puts them below a signal handler. */
static bool is_kernels(const struct row *row)
{
	return row->cfa_base == AT_SP && row->cfa == ARCH_SIGNAL_SP &&
	       row->fp_place == SAVED_BY_SP && row->fp == ARCH_SIGNAL_FP &&
	       row->ra_place == SAVED_BY_SP && row->ra == ARCH_SIGNAL_PC;
}

/* ${fp_place} is where the rule expects the frame pointer to be saved. */
static rule rule_of_frame(enum rule_kind kind, const struct row *row, enum place fp_place)
{
	bool keeps_fp = row->fp_place == SAME && kind != RULE_FP_DEREF;
	bool keeps_ra = row->ra_place == SAME && ARCH_HAS_LINK;
	int32_t fp = keeps_fp ? 0 : row->fp, ra = keeps_ra ? 0 : row->ra;

	if (!keeps_fp && (row->fp_place != fp_place || (fp == 0 && fp_place == SAVED)))
		return empty_rule(RULE_BAD);
	if (!keeps_ra && (row->ra_place != SAVED || ra == 0))
		return empty_rule(RULE_BAD);
	if (!is_word(row->cfa, RULE_CFA_MAX) || !is_saved(fp) || !is_saved(ra))
		return empty_rule(RULE_BAD);
	return rule_make(kind, row->cfa / 8, -fp / 8, -ra / 8);
}

static rule rule_of_row(const struct row *row, bool is_signal)
{
	if (is_signal)
		return empty_rule(!ARCH_SIGNAL_IN_CFI || is_kernels(row) ? RULE_SIGNAL : RULE_BAD);
	if (row->ra_place == UNDEFINED)
		return empty_rule(RULE_OUTERMOST);
	switch (row->cfa_base) {
	case FROM_SP:
		return rule_of_frame(RULE_SP, row, SAVED);
	case FROM_FP:
		return rule_of_frame(RULE_FP, row, SAVED);
	case AT_FP:
		return rule_of_frame(RULE_FP_DEREF, row, SAVED_BY_FP);
	default:
		return empty_rule(RULE_BAD);
	}
}

/* ---- the entries of the table ---- */

#	define FORM 0x0f /* of an encoding: only how the number is written */

/* Return a reader of the entry (CIE or FDE) at ${address}, behind its length. */
static struct reader open_entry(const struct image *image, uintptr_t address)
{
	struct reader r = reader_of(image_bytes(image, address, sizeof(uint32_t)));
	uint32_t length = reader_u32(&r);

	if (length > CFI_BYTES)
		length = 0;
	r = reader_of(image_bytes(image, address + sizeof(length), length));
	if (reader_left(&r) < length)
		reader_fail(&r);
	return r;
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
			reader_pointer(&data, reader_u8(&data) & FORM);
		else if (*letters == 'L')
			reader_u8(&data);
		else if (*letters == 'S')
			f->is_signal = true;
		else if (*letters != 'B')
			reader_fail(&data);
	}
	r->bad |= data.bad;
	return encoding;
}

/* Read the CIE at ${address}.  Return false if it is corrupt. */
static bool read_shared(const struct image *image, uintptr_t address, struct function *f,
			uint8_t *encoding)
{
	struct reader r = open_entry(image, address);
	bool is_cie = reader_u32(&r) == 0;
	uint8_t version = reader_u8(&r);
	const char *letters = reader_text(&r);

	if (r.bad || !is_cie || (version != 1 && version != 3))
		return false;
	f->code_align = (int64_t)reader_uleb(&r);
	f->data_align = reader_sleb(&r);
	if ((version == 1 ? reader_u8(&r) : reader_uleb(&r)) != ARCH_DWARF_RA)
		return false;
	f->has_augmentation = *letters == 'z';
	if (f->has_augmentation)
		*encoding = read_augmentation(&r, letters + 1, f);
	f->shared = r;
	return !r.bad && (f->has_augmentation || *letters == '\0');
}

/* Read the FDE at ${address}.  Return false if it is corrupt. */
static APART bool read_function(const struct image *image, uintptr_t address, struct function *f)
{
	struct reader r = open_entry(image, address);
	uintptr_t here = (uintptr_t)r.at;
	uint32_t back = reader_u32(&r);
	uint8_t encoding = 0;

	if (r.bad || back == 0 || !read_shared(image, here - back, f, &encoding))
		return false;
	f->start = reader_pointer(&r, encoding);
	f->size = reader_pointer(&r, encoding & FORM);
	if (f->has_augmentation)
		reader_skip(&r, reader_uleb(&r));
	f->own = r;
	return !r.bad;
}

/* ---- the index, .eh_frame_hdr ---- */

/* DW_EH_PE_udata4, and DW_EH_PE_datarel | DW_EH_PE_sdata4.  No linker makes another table. */
enum { HEADER_BYTES = 16, VERSION = 1, COUNT_ENCODING = 0x03, TABLE_ENCODING = 0x3b };

struct entry {
	int32_t function, description; /* relative to .eh_frame_hdr */
};

/* What cannot be read is behind all functions. */
static struct entry read_entry(const struct image *image, uintptr_t table, size_t i)
{
	struct entry entry = {.function = INT32_MAX};
	struct bytes b = image_bytes(image, table + i * sizeof(entry), sizeof(entry));

	if (b.end - b.at == sizeof(entry))
		__builtin_memcpy(&entry, b.at, sizeof(entry));
	return entry;
}

/* Return the last entry whose function begins at or below ${offset}. */
static struct entry find_entry(const struct image *image, uintptr_t table, size_t count,
			       intptr_t offset)
{
	size_t low = 0;

	while (count - low > 1) {
		size_t middle = low + (count - low) / 2;

		if (read_entry(image, table, middle).function <= offset)
			low = middle;
		else
			count = middle;
	}
	return read_entry(image, table, low);
}

/* Return the address of the FDE that may describe ${address}, or 0. */
static APART uintptr_t search(const struct image *image, uintptr_t header, uintptr_t address)
{
	struct reader r = reader_of(image_bytes(image, header, HEADER_BYTES));
	uint8_t version = reader_u8(&r), pointer_encoding = reader_u8(&r);
	uint8_t count_encoding = reader_u8(&r), table_encoding = reader_u8(&r);
	intptr_t offset = (intptr_t)(address - header);
	size_t count;
	struct entry found;

	reader_pointer(&r, pointer_encoding);
	count = reader_u32(&r);
	if (r.bad || version != VERSION || count_encoding != COUNT_ENCODING ||
	    table_encoding != TABLE_ENCODING || count == 0)
		return 0;
	found = find_entry(image, (uintptr_t)r.at, count, offset);
	return found.function <= offset ? header + (uintptr_t)(intptr_t)found.description : 0;
}

rule cfi_rule(const struct image *image, uintptr_t header, uintptr_t address)
{
	uintptr_t description = search(image, header, address);
	struct function f = {.start = 0};
	struct row row;

	if (description == 0)
		return empty_rule(RULE_NONE);
	if (!read_function(image, description, &f))
		return empty_rule(RULE_BAD);
	if (address - f.start >= f.size)
		return empty_rule(RULE_NONE);
	return cfi_row(&f, address, &row) ? rule_of_row(&row, f.is_signal) : empty_rule(RULE_BAD);
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
