#ifndef MEMAGENT_CFI_VALUE_H
#define MEMAGENT_CFI_VALUE_H
/*
 * cfi_value: evaluates DWARF expressions as far as that is possible without the registers.
 *
 * Layer    shim; needs reader.h.
 * Threads  any; no state.
 * Source   DWARF 5, 2.5 and 7.7.1.
 */
#include <stdint.h>

#include "shim/sites/reader.h"

/* A constant, or an offset from a register whose content is not known. */
struct value {
	enum base {
		CONSTANT,
		FROM_SP,
		FROM_FP,
		AT_SP, /* the word in memory at sp + offset */
		AT_FP,
		UNKNOWN
	} base;
	int64_t offset;
};

/*
 * cfi_value(r, address):
 * Evaluate the rest of ${r} as an expression, for the code at ${address}.
 */
struct value cfi_value(struct reader *r, uintptr_t address) INTERNAL;

/* Return the value of the register ${number} plus ${offset}. */
struct value cfi_value_of_register(uint64_t number, int64_t offset, uintptr_t address) INTERNAL;

#endif
