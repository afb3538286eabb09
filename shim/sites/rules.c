#include "shim/sites/rules.h"

#define GENERATIONS (UINT32_C(1) << (64 - RULES_ADDRESS_BITS))

/* Undoes a multiplication by RULES_MIX. */
#define UNMIX UINT64_C(0xf1de83e19937733d)

struct rules rules_table __attribute__((aligned(CODE_LINE)));

/* Return an unused entry, or one of an earlier generation, or any. */
static struct rules_entry *replaceable(struct rules_entry *line, uint64_t key)
{
	for (unsigned i = 0; i < RULES_WAYS; i++) {
		rule value = rules_load(&line[i].value);
		uint64_t other = (rules_load(&line[i].check) ^ value) * UNMIX;

		if (value == 0 || (other ^ key) >> RULES_ADDRESS_BITS)
			return &line[i];
	}
	return &line[(key * RULES_MIX ^ rules_load(&line[0].check)) >> 32 & (RULES_WAYS - 1)];
}

void rules_add(uintptr_t address, rule r)
{
	uint64_t key = rules_key(address);
	struct rules_entry *e = replaceable(rules_line(address), key);

	__atomic_store_n(&e->value, r, __ATOMIC_RELAXED);
	__atomic_store_n(&e->check, key * RULES_MIX ^ r, __ATOMIC_RELAXED);
}

void rules_forget(void)
{
	struct rules_entry *entries = rules_table.lines[0];

	if (__atomic_add_fetch(&rules_table.generation, 1, __ATOMIC_RELEASE) % GENERATIONS)
		return;
	/* The generation wraps, so rules of the same old generation must be removed. */
	for (unsigned i = 0; i < RULES_WAYS << RULES_LINE_BITS; i++)
		__atomic_store_n(&entries[i].value, 0, __ATOMIC_RELAXED);
}
