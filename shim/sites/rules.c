#include "shim/sites/rules.h"

#include <stddef.h>

#define WAYS 4U
#define LINE_BITS 12
#define LINES (1U << LINE_BITS)
#define GENERATION_BITS 16

/* Multiplying by MIX spreads a key over all 64 bits; multiplying by UNMIX then gives it back. */
#define MIX UINT64_C(0x9e3779b97f4a7c15)
#define UNMIX UINT64_C(0xf1de83e19937733d)

/*
 * ${check} is the mixed key, exclusive-or the rule.  While the entry is half written, it gives a
 * key that nobody looks for.
 */
struct entry {
	uint64_t check;
	rule value;
};

static struct entry table[LINES][WAYS] __attribute__((aligned(CODE_LINE)));

/* It is part of the key, above the address. */
static uint16_t generation;

static uint64_t load(const uint64_t *p)
{
	return __atomic_load_n(p, __ATOMIC_RELAXED);
}

static uint64_t key_of(uintptr_t address)
{
	return (uint64_t)__atomic_load_n(&generation, __ATOMIC_RELAXED) << RULES_ADDRESS_BITS |
	       address;
}

static struct entry *line_of(uintptr_t address)
{
	return table[address * MIX >> (64 - LINE_BITS)];
}

rule rules_find(uintptr_t address)
{
	const struct entry *line = line_of(address);
	uint64_t mixed = key_of(address) * MIX;

	for (unsigned i = 0; i < WAYS; i++) {
		rule value = load(&line[i].value);

		if ((load(&line[i].check) ^ value) == mixed)
			return value;
	}
	return 0;
}

/* Return an unused entry, or one of an earlier generation, or any. */
static struct entry *replaceable(struct entry *line, uint64_t key)
{
	for (unsigned i = 0; i < WAYS; i++) {
		rule value = load(&line[i].value);
		uint64_t other = (load(&line[i].check) ^ value) * UNMIX;

		if (value == 0 || (other ^ key) >> RULES_ADDRESS_BITS)
			return &line[i];
	}
	return &line[(key * MIX ^ load(&line[0].check)) >> 32 & (WAYS - 1)];
}

void rules_add(uintptr_t address, rule r)
{
	uint64_t key = key_of(address);
	struct entry *e = replaceable(line_of(address), key);

	__atomic_store_n(&e->value, r, __ATOMIC_RELAXED);
	__atomic_store_n(&e->check, key * MIX ^ r, __ATOMIC_RELAXED);
}

void rules_forget(void)
{
	if (__atomic_add_fetch(&generation, 1, __ATOMIC_RELEASE))
		return;
	/* The generations start again, so the rules of the first ones must go. */
	for (unsigned i = 0; i < LINES * WAYS; i++)
		__atomic_store_n(&table[i / WAYS][i % WAYS].value, 0, __ATOMIC_RELAXED);
}
