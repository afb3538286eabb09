#ifndef MEMAGENT_CFI_H
#define MEMAGENT_CFI_H
/*
 * cfi: makes a rule from the unwind table of an object (.eh_frame).
 *
 * Nothing outside of the object's segments is read, whatever the table says, and a call ends after
 * CFI_BYTES of it.
 *
 * Layer    shim; needs image.h, rules.h.
 * Threads  any; async-signal-safe.  The object must not be unloaded meanwhile.
 * Memory   never allocates.
 * Source   Linux Standard Base Core 5.0, "Exception Frames"; DWARF 5, 6.4; System V ABI, AMD64,
 *          figure 3.36 (register numbers).
 */
#include <stdint.h>

#include "shim/sites/rules.h"

/* The longest description of a function. */
#define CFI_BYTES (1 << 18)

/*
 * cfi_rule(image, header, address):
 * Return the rule for the code at ${address} in ${image}, without an object.  ${header} is the
 * address of .eh_frame_hdr.  The kind is RULE_NONE if the table does not know the address, and
 * RULE_BAD if the table is corrupt or a rule cannot express what it says.
 */
struct image;
rule cfi_rule(const struct image *image, uintptr_t header, uintptr_t address) INTERNAL;

#endif
