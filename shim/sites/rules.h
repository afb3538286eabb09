#ifndef MEMAGENT_RULES_H
#define MEMAGENT_RULES_H
/*
 * rules: how to get from a frame to its caller's, by the address of the code.
 *
 * A rule is one number, which never is 0:
 *
 *   bits 63      1
 *        59-62   kind
 *        50-58   object (objects.h)
 *        28-49   cfa, in words, signed
 *        14-27   fp, in words
 *        0-13    ra, in words
 *
 * CFA is the stack pointer before the call, as in DWARF.  The caller's registers are saved in the
 * frame: its frame pointer at CFA - fp (0: it is still in the register), the return address at
 * CFA - ra (0: in the link register of processors that have one).
 *
 * Layer    shim, leaf.
 * Threads  any, without locks.  A reader never sees one rule at the address of another.
 * Memory   static, touched by the first rules.
 */
#include <stdbool.h>
#include <stdint.h>

#include "shim/cc.h"

enum rule_kind {
	RULE_SP,       /* CFA = sp + cfa */
	RULE_FP,       /* CFA = fp + cfa */
	RULE_FP_DEREF, /* CFA = the word at fp + cfa; the saved fp is at fp - fp, not CFA - fp */
	RULE_SIGNAL,   /* the kernel's frame below a signal handler */
	RULE_OUTERMOST,
	RULE_NONE, /* the object's unwind table says nothing */
	RULE_BAD,  /* it is corrupt, or a rule cannot express it */
};

typedef uint64_t rule;

#define RULE_CFA_MAX (1L << 21) /* words; all smaller ones fit, of either sign */
#define RULE_SAVED_MAX (1L << 14)

/* In words; they must fit. */
INLINE rule rule_make(enum rule_kind kind, long cfa, long fp, long ra)
{
	return (rule)1 << 63 | (rule)kind << 59 | ((rule)cfa & 0x3fffff) << 28 | (rule)fp << 14 |
	       (rule)ra;
}

INLINE rule rule_of(rule r, unsigned object)
{
	return r | (rule)object << 50;
}

INLINE enum rule_kind rule_kind(rule r)
{
	return (enum rule_kind)(r >> 59 & 0xf);
}

INLINE unsigned rule_object(rule r)
{
	return (unsigned)(r >> 50 & 0x1ff);
}

/* In bytes. */
INLINE intptr_t rule_cfa(rule r)
{
	return ((intptr_t)(r << 14) >> 42) * 8;
}

INLINE uintptr_t rule_fp(rule r)
{
	return (r >> 14 & 0x3fff) * 8;
}

INLINE uintptr_t rule_ra(rule r)
{
	return (r & 0x3fff) * 8;
}

/* Addresses of code have no more bits. */
#define RULES_ADDRESS_BITS 48

#define RULES_LINE_BITS 12
#define RULES_WAYS 4

/*
 * ${check} is the mixed key, exclusive-or the rule.  While the entry is half written, it gives a
 * key that nobody looks for.
 */
struct rules_entry {
	uint64_t check;
	rule value;
};

/* Private. */
struct rules {
	struct rules_entry lines[1 << RULES_LINE_BITS][RULES_WAYS];
	uint32_t generation; /* is part of each key */
};
extern struct rules rules_table INTERNAL;

/* Multiplying by this spreads a number over all 64 bits. */
#define RULES_MIX UINT64_C(0x9e3779b97f4a7c15)

INLINE uint64_t rules_load(const uint64_t *p)
{
	return __atomic_load_n(p, __ATOMIC_RELAXED);
}

INLINE uint64_t rules_key(uintptr_t address)
{
	uint64_t generation = __atomic_load_n(&rules_table.generation, __ATOMIC_RELAXED);

	return generation << RULES_ADDRESS_BITS | address;
}

INLINE struct rules_entry *rules_line(uintptr_t address)
{
	return rules_table.lines[address * RULES_MIX >> (64 - RULES_LINE_BITS)];
}

/* Return the rule for the code at ${address}, or 0. */
INLINE rule rules_find(uintptr_t address)
{
	const struct rules_entry *line = rules_line(address);
	uint64_t mixed = rules_key(address) * RULES_MIX;

	for (unsigned i = 0; i < RULES_WAYS; i++) {
		rule value = rules_load(&line[i].value);

		if ((rules_load(&line[i].check) ^ value) == mixed)
			return value;
	}
	return 0;
}

/* Store the rule ${r} for the code at ${address}. It may replace another. */
void rules_add(uintptr_t address, rule r) INTERNAL;

/* Forget all rules, because an object is being unloaded. */
void rules_forget(void) INTERNAL;

#endif
