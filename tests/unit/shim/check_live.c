#include "shim/sites/live.h"

#include <pthread.h>

#include "tests/unit/unit.h"

#define PAGE 4096
#define THREADS 4

/* The table only compares addresses. */
static void *at(uintptr_t address)
{
	return (void *)address;
}

static struct live_sample sample_at(uintptr_t address)
{
	return (struct live_sample){.address = address,
				    .stack = (uint32_t)(address >> 12),
				    .born_s = (uint32_t)(address >> 14),
				    .bytes = address + 1,
				    .weight = address + 2};
}

static void insert(uintptr_t address)
{
	struct live_sample sample = sample_at(address);

	ck_assert(live_insert(&sample));
}

static void expect_same(const struct live_sample *got, uintptr_t address)
{
	struct live_sample wanted = sample_at(address);

	ck_assert_uint_eq(got->address, address);
	ck_assert_uint_eq(got->stack, wanted.stack);
	ck_assert_uint_eq(got->born_s, wanted.born_s);
	ck_assert_uint_eq(got->bytes, wanted.bytes);
	ck_assert_uint_eq(got->weight, wanted.weight);
}

static size_t count_entries(void)
{
	struct live_sample sample;
	size_t n = 0;

	for (size_t slot = 0; live_next(&slot, &sample);)
		n++;
	return n;
}

START_TEST(without_a_table_nothing_is_kept)
{
	struct live_sample sample = sample_at(PAGE);

	ck_assert(!live_may_have(at(PAGE)));
	ck_assert(!live_insert(&sample));
	ck_assert(!live_remove(at(PAGE), &sample));
	ck_assert_uint_eq(count_entries(), 0);
}
END_TEST

START_TEST(what_is_inserted_is_found_until_it_is_removed)
{
	struct live_sample sample;

	ck_assert(live_open());
	for (uintptr_t i = 1; i <= 4000; i++)
		insert(i * 17 * PAGE);
	ck_assert_uint_eq(count_entries(), 4000);
	for (uintptr_t i = 1; i <= 4000; i++) {
		ck_assert(live_may_have(at(i * 17 * PAGE)));
		ck_assert(live_remove(at(i * 17 * PAGE), &sample));
		expect_same(&sample, i * 17 * PAGE);
		ck_assert(!live_remove(at(i * 17 * PAGE), &sample));
	}
	ck_assert_uint_eq(count_entries(), 0);
	for (size_t i = 0; i < LIVE_BUCKETS; i++)
		ck_assert_uint_eq(live_counts[i], 0);
}
END_TEST

/* Objects of other allocators are not moved to a page. */
START_TEST(objects_in_one_page_differ)
{
	struct live_sample sample;

	ck_assert(live_open());
	insert(PAGE + 16);
	insert(PAGE + 32);
	ck_assert(!live_remove(at(PAGE + 48), &sample));
	ck_assert(live_remove(at(PAGE + 32), &sample));
	expect_same(&sample, PAGE + 32);
	ck_assert(live_remove(at(PAGE + 16), &sample));
	expect_same(&sample, PAGE + 16);
}
END_TEST

/* A bucket and the one beside it hold 8 entries. */
START_TEST(a_full_bucket_refuses)
{
	struct live_sample sample = sample_at(PAGE + 16 * 8);

	ck_assert(live_open());
	for (uintptr_t i = 0; i < (uintptr_t)2 * LIVE_WAYS; i++)
		insert(PAGE + 16 * i);
	ck_assert(!live_insert(&sample));
	ck_assert(live_remove(at(PAGE), &sample));
	expect_same(&sample, PAGE);
	insert(PAGE + 16 * 8);
	for (uintptr_t i = 1; i <= (uintptr_t)2 * LIVE_WAYS; i++)
		ck_assert(live_remove(at(PAGE + 16 * i), &sample));
	ck_assert_uint_eq(count_entries(), 0);
}
END_TEST

static void *churn(void *arg)
{
	uint64_t random = (uintptr_t)arg;
	uintptr_t base = (uintptr_t)arg << 32;
	struct live_sample sample;

	for (int i = 0; i < 20000; i++) {
		uintptr_t address = base + unit_pick(&random, 300) * PAGE;

		if (live_remove(at(address), &sample)) {
			if (sample.bytes != address + 1 || sample.weight != address + 2)
				return at(1);
			continue;
		}
		sample = sample_at(address);
		if (live_insert(&sample) && !live_may_have(at(address)))
			return at(2);
	}
	for (uintptr_t i = 0; i < 300; i++)
		live_remove(at(base + i * PAGE), &sample);
	return NULL;
}

START_TEST(threads_do_not_lose_or_mix_entries)
{
	pthread_t threads[THREADS];
	struct live_sample sample;
	void *result;

	ck_assert(live_open());
	for (uintptr_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, churn, at(i + 1)), 0);
	for (int round = 0; round < 20; round++)
		for (size_t slot = 0; live_next(&slot, &sample);)
			ck_assert_uint_gt(sample.address, 1);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		ck_assert_ptr_null(result);
	}
	ck_assert_uint_eq(count_entries(), 0);
	for (size_t i = 0; i < LIVE_BUCKETS; i++)
		ck_assert_uint_eq(live_counts[i], 0);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, without_a_table_nothing_is_kept);
	tcase_add_test(all, what_is_inserted_is_found_until_it_is_removed);
	tcase_add_test(all, objects_in_one_page_differ);
	tcase_add_test(all, a_full_bucket_refuses);
	tcase_add_test(all, threads_do_not_lose_or_mix_entries);
}

UNIT_MAIN("live", add_tests)
