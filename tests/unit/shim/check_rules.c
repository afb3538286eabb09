#include "shim/sites/rules.h"

#include <pthread.h>

#include "tests/unit/unit.h"

/* A rule that tells which address it is for. */
static rule rule_for(uintptr_t address)
{
	long n = (long)(address % RULE_SAVED_MAX);

	return rule_of(rule_make(RULE_SP, n, n, n / 2), (unsigned)(address / 3 % 512));
}

static uintptr_t random_address(uint64_t *state)
{
	return unit_random(state) >> (64 - RULES_ADDRESS_BITS);
}

START_TEST(rule_keeps_its_parts)
{
	const long cfas[] = {0, 1, -1, RULE_CFA_MAX - 1, 1 - RULE_CFA_MAX};
	const long saved[] = {0, 1, 2, RULE_SAVED_MAX - 2, RULE_SAVED_MAX - 1};

	for (size_t i = 0; i < UNIT_COUNT(cfas) * UNIT_COUNT(saved); i++) {
		long cfa = cfas[i % UNIT_COUNT(cfas)], fp = saved[i / UNIT_COUNT(cfas)];
		rule r = rule_of(rule_make(RULE_BAD, cfa, fp, RULE_SAVED_MAX - 1 - fp), 511);

		ck_assert_uint_ne(r, 0);
		ck_assert_uint_eq(rule_kind(r), RULE_BAD);
		ck_assert_uint_eq(rule_object(r), 511);
		ck_assert_int_eq(rule_cfa(r), cfa * 8);
		ck_assert_uint_eq(rule_fp(r), (uintptr_t)fp * 8);
		ck_assert_uint_eq(rule_ra(r), (uintptr_t)(RULE_SAVED_MAX - 1 - fp) * 8);
	}
}
END_TEST

START_TEST(added_rule_is_found)
{
	uint64_t state = (uint64_t)_i;

	for (int i = 0; i < 1000; i++) {
		uintptr_t address = random_address(&state);

		ck_assert_uint_eq(rules_find(address), 0);
		rules_add(address, rule_for(address));
		ck_assert_uint_eq(rules_find(address), rule_for(address));
	}
}
END_TEST

/* Most rules of a program with as many call sites as the table has entries. */
START_TEST(table_keeps_most_rules)
{
	uintptr_t code = 0x7f1234500000, kept = 0;
	unsigned n = RULES_WAYS << RULES_LINE_BITS;

	for (unsigned i = 0; i < n; i++)
		rules_add(code + (uintptr_t)i * 37, rule_for(i));
	for (unsigned i = 0; i < n; i++)
		kept += rules_find(code + (uintptr_t)i * 37) == rule_for(i);
	ck_assert_uint_ge(kept, n / 4 * 3);
}
END_TEST

START_TEST(forgotten_rules_are_gone)
{
	rules_add(1000, rule_for(1000));
	rules_forget();
	ck_assert_uint_eq(rules_find(1000), 0);
	rules_add(1000, rule_for(7));
	ck_assert_uint_eq(rules_find(1000), rule_for(7));
}
END_TEST

/* The number of generations is limited, so one comes back. */
START_TEST(rules_stay_forgotten)
{
	unsigned found = 0;

	rules_add(1000, rule_for(1000));
	for (unsigned i = 0; i < 1U << (64 - RULES_ADDRESS_BITS); i++) {
		rules_forget();
		found += rules_find(1000) != 0;
	}
	ck_assert_uint_eq(found, 0);
}
END_TEST

/* Fill ${addresses} with ${n} that share the line of address 0. */
static void share_line(uintptr_t *addresses, unsigned n)
{
	for (uintptr_t a = 0; n; a++)
		if (rules_line(a) == rules_line(0))
			addresses[--n] = a;
}

START_TEST(forgotten_rules_make_room)
{
	uintptr_t addresses[RULES_WAYS];

	share_line(addresses, RULES_WAYS);
	for (int round = 0; round < 3; round++) {
		for (unsigned i = 0; i < RULES_WAYS; i++)
			rules_add(addresses[i], rule_for(addresses[i]));
		for (unsigned i = 0; i < RULES_WAYS; i++)
			ck_assert_uint_eq(rules_find(addresses[i]), rule_for(addresses[i]));
		rules_forget();
	}
}
END_TEST

START_TEST(any_rule_may_have_to_go)
{
	uintptr_t addresses[RULES_WAYS + 60];

	share_line(addresses, UNIT_COUNT(addresses));
	for (size_t i = 0; i < UNIT_COUNT(addresses); i++)
		rules_add(addresses[i], rule_for(addresses[i]));
	for (unsigned i = 0; i < RULES_WAYS; i++)
		ck_assert_uint_eq(rules_find(addresses[i]), 0);
}
END_TEST

/* A reader may see one half of one entry and the other half of another. */
START_TEST(mixed_entry_is_no_rule)
{
	uintptr_t a = 0x401000, b = a + 1;
	struct rules_entry *line = rules_line(a), old;
	unsigned found = 0;

	while (rules_line(b) != line)
		b++;
	rules_add(a, rule_for(a));
	old = line[0];
	rules_forget();
	rules_add(b, rule_for(b));
	line[0].check = old.check;
	for (uintptr_t at = 0x400000; at < 0x500000; at++)
		found += rules_find(at) != 0;
	ck_assert_uint_eq(found, 0);
}
END_TEST

static void *write_rules(void *arg)
{
	uint64_t state = (uint64_t)(uintptr_t)arg;

	for (int i = 0; i < 200000; i++) {
		uintptr_t address = 4096 + unit_pick(&state, 100000);

		rules_add(address, rule_for(address));
		if (i % 10000 == 0)
			rules_forget();
	}
	return NULL;
}

START_TEST(concurrent_rules_are_never_mixed)
{
	pthread_t writers[3];
	uint64_t state = 99;
	unsigned hits = 0, wrong = 0;

	for (uintptr_t i = 0; i < UNIT_COUNT(writers); i++)
		ck_assert_int_eq(pthread_create(&writers[i], NULL, write_rules, (void *)(i + 1)),
				 0);
	for (int i = 0; i < 1000000; i++) {
		uintptr_t address = 4096 + unit_pick(&state, 100000);
		rule r = rules_find(address);

		hits += r != 0;
		wrong += r != 0 && r != rule_for(address);
	}
	for (size_t i = 0; i < UNIT_COUNT(writers); i++)
		pthread_join(writers[i], NULL);
	ck_assert_uint_gt(hits, 0);
	ck_assert_uint_eq(wrong, 0);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, rule_keeps_its_parts);
	tcase_add_loop_test(all, added_rule_is_found, 0, UNIT_SEEDS);
	tcase_add_test(all, table_keeps_most_rules);
	tcase_add_test(all, forgotten_rules_are_gone);
	tcase_add_test(all, rules_stay_forgotten);
	tcase_add_test(all, forgotten_rules_make_room);
	tcase_add_test(all, any_rule_may_have_to_go);
	tcase_add_test(all, mixed_entry_is_no_rule);
	tcase_add_test(all, concurrent_rules_are_never_mixed);
}

UNIT_MAIN("rules", add_tests)
