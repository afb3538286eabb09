#include "shim/sites/stacks.h"

#include <pthread.h>

#include "tests/unit/enter.h"
#include "tests/unit/unit.h"

#define THREADS 4

static uint64_t frames[STACKS_FRAMES];

/* Fill frames[] with a stack of its own for each ${n}. */
static size_t make_stack(uint64_t n, size_t length)
{
	for (size_t i = 0; i < length; i++)
		frames[i] = n << 8 | i;
	return length;
}

static unsigned enter(uint64_t n, size_t length)
{
	return enter_frames(frames, make_stack(n, length), 0);
}

static void expect_frames(unsigned index, uint64_t n, size_t length)
{
	uint64_t got[STACKS_FRAMES];
	unsigned end;

	ck_assert_uint_eq(stacks_copy(index, got, &end), length);
	make_stack(n, length);
	ck_assert_mem_eq(got, frames, length * sizeof(frames[0]));
}

static struct stack_totals totals_of(unsigned index)
{
	struct stack_totals totals;

	ck_assert_uint_ne(stacks_read(index, &totals), 0);
	return totals;
}

START_TEST(without_a_table_there_are_no_stacks)
{
	struct stack_totals totals;

	ck_assert_uint_eq(stacks_read(1, &totals), 0);
	ck_assert_uint_eq(stacks_used(), 0);
}
END_TEST

START_TEST(equal_stacks_are_one)
{
	unsigned first;

	ck_assert(stacks_open());
	first = enter(1, 20);
	ck_assert_uint_ne(first, 0);
	ck_assert_uint_eq(enter(1, 20), first);
	ck_assert_uint_ne(enter(2, 20), first);
	ck_assert_uint_ne(enter(1, 19), first);
	make_stack(1, 20);
	ck_assert_uint_ne(enter_frames(frames, 20, 1), first); /* another end of the walk */
	ck_assert_uint_eq(stacks_used(), 4);
	expect_frames(first, 1, 20);
}
END_TEST

static const size_t lengths[] = {1, 2, 31, 32, 33, 64, 65, 127, 128};

START_TEST(frames_are_kept)
{
	ck_assert(stacks_open());
	for (uint64_t n = 1; n < 40; n++)
		expect_frames(enter(n, lengths[_i]), n, lengths[_i]);
}
END_TEST

START_TEST(impossible_lengths_are_other)
{
	static uint64_t many[STACKS_FRAMES + 1];

	ck_assert(stacks_open());
	ck_assert_uint_eq(enter_frames(frames, 0, 0), 0);
	ck_assert_uint_eq(enter_frames(many, STACKS_FRAMES + 1, 0), 0);
}
END_TEST

START_TEST(totals_add_up)
{
	unsigned index;

	ck_assert(stacks_open());
	index = enter(1, 5);
	stacks_count_made(index, 100, 3);
	stacks_count_made(index, 10, 4);
	stacks_count_freed(index, 10, 1);
	ck_assert_uint_eq(totals_of(index).alloc_bytes, 110);
	ck_assert_uint_eq(totals_of(index).alloc_objects, 7);
	ck_assert_uint_eq(totals_of(index).freed_bytes, 10);
	ck_assert_uint_eq(totals_of(index).freed_objects, 1);
}
END_TEST

START_TEST(a_stack_with_users_stays)
{
	unsigned index;

	ck_assert(stacks_open());
	index = enter(1, 40);
	enter(1, 40);
	stacks_count_made(index, 100, 3);
	stacks_leave(index);
	ck_assert(!stacks_retire(index));
	stacks_leave(index);
	ck_assert(stacks_retire(index));
	ck_assert(!stacks_retire(index));
	ck_assert_uint_eq(totals_of(0).alloc_bytes, 100);
	ck_assert_uint_eq(totals_of(0).alloc_objects, 3);
	ck_assert_uint_eq(stacks_used(), 0);
	/* It begins anew. */
	index = enter(1, 40);
	ck_assert_uint_eq(totals_of(index).alloc_bytes, 0);
	expect_frames(index, 1, 40);
}
END_TEST

/* What does not fit counts as other, and there is room again when stacks are retired. */
START_TEST(a_full_table_is_other)
{
	unsigned kept = 0, index = 0;

	ck_assert(stacks_open());
	for (uint64_t n = 1; n < (uint64_t)4 * STACKS; n++)
		if (enter(n, 128))
			kept++;
	ck_assert_uint_gt(kept, 1000);
	ck_assert_uint_eq(stacks_used(), kept);
	for (unsigned i = 1; i < STACKS; i++) {
		struct stack_totals totals;

		if (stacks_read(i, &totals) == 0)
			continue;
		stacks_leave(i);
		ck_assert(stacks_retire(i));
	}
	ck_assert_uint_eq(stacks_used(), 0);
	for (uint64_t n = 1; n <= kept; n++) {
		index = enter(n + 100000, 64);
		if (index)
			expect_frames(index, n + 100000, 64);
	}
	ck_assert_uint_gt(stacks_used(), 1000);
}
END_TEST

static void *churn(void *arg)
{
	uint64_t random = (uintptr_t)arg;
	uint64_t mine[40];

	for (int i = 0; i < 20000; i++) {
		uint64_t n = unit_pick(&random, 200);
		unsigned index;

		for (size_t k = 0; k < 40; k++)
			mine[k] = n << 8 | k;
		index = enter_frames(mine, 40, 0);
		stacks_count_made(index, 1, 1);
		stacks_count_freed(index, 1, 1);
		stacks_leave(index);
	}
	return NULL;
}

START_TEST(threads_lose_nothing_while_stacks_are_retired)
{
	pthread_t threads[THREADS];
	uint64_t made = 0, freed = 0;

	ck_assert(stacks_open());
	for (uintptr_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, churn, (void *)(i + 1)), 0);
	for (int round = 0; round < 200; round++)
		for (unsigned i = 1; i < STACKS; i++)
			stacks_retire(i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (unsigned i = 0; i < STACKS; i++) {
		struct stack_totals totals;

		if (stacks_read(i, &totals) == 0)
			continue;
		made += totals.alloc_bytes;
		freed += totals.freed_objects;
	}
	ck_assert_uint_eq(made, THREADS * 20000);
	ck_assert_uint_eq(freed, THREADS * 20000);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, without_a_table_there_are_no_stacks);
	tcase_add_test(all, equal_stacks_are_one);
	tcase_add_loop_test(all, frames_are_kept, 0, UNIT_COUNT(lengths));
	tcase_add_test(all, impossible_lengths_are_other);
	tcase_add_test(all, totals_add_up);
	tcase_add_test(all, a_stack_with_users_stays);
	tcase_add_test(all, a_full_table_is_other);
	tcase_add_test(all, threads_lose_nothing_while_stacks_are_retired);
}

UNIT_MAIN("stacks", add_tests)
