#ifndef MEMAGENT_CFI_ROW_H
#define MEMAGENT_CFI_ROW_H
/*
 * cfi_row: executes the instructions of an unwind table for one address.
 *
 * Layer    shim; needs cfi_value.h, reader.h.
 * Threads  any; no state.
 * Source   DWARF 5, 6.4.2; Linux Standard Base Core 5.0, 10.5.
 */
#include <stdbool.h>
#include <stdint.h>

#include "shim/sites/reader.h"

/* The description of a function: its FDE, and the CIE that it shares with others. */
struct function {
	uintptr_t start, size;
	struct reader shared, own; /* instructions */
	int64_t code_align, data_align;
	bool is_signal, has_augmentation;
};

/* Where a register of the caller is. */
enum place {
	SAME,
	UNDEFINED,
	SAVED,	     /* at CFA + offset */
	SAVED_BY_SP, /* at sp + offset */
	SAVED_BY_FP,
	ELSEWHERE
};

/* What holds at one address.  Only the registers that a walk needs. */
struct row {
	int32_t cfa, fp, ra;	    /* offsets */
	uint8_t cfa_base;	    /* enum base (cfi_value.h) */
	uint8_t fp_place, ra_place; /* enum place */
};

/*
 * cfi_row(f, address, row):
 * Find the ${row} for the code at ${address} in the function ${f}.  Return false if the
 * instructions are corrupt, or more complicated than any compiler's.
 */
bool cfi_row(const struct function *f, uintptr_t address, struct row *row) INTERNAL;

#endif
