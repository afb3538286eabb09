#include "shim/counters.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>

#include "tests/unit/unit.h"

static const struct size {
	unsigned index;
	const char *id;
	const char *doc;
} sizes[] = {
#define SIZE(index, id, doc) {index, #id, doc},
#include "agent/encode/sizes.def"
#undef SIZE
};

static const struct {
	size_t size;
	unsigned bucket;
} edges[] = {
    {0, 63},
    {1, 0},
    {2, 1},
    {3, 2},
    {4, 2},
    {5, 3},
    {8, 3},
    {9, 4},
    {16, 4},
    {17, 5},
    {32, 5},
    {33, 6},
    {64, 6},
    {65, 7},
    {1023, 10},
    {1024, 10},
    {1025, 11},
    {4096, 12},
    {4097, 13},
    {65536, 16},
    {65537, 17},
    {1 << 30, 30},
    {(1U << 31) + 1, 32},
    {SIZE_MAX / 2, 63},
    {SIZE_MAX / 2 + 1, 63},
};

static size_t slot_of(size_t size)
{
	return counters_slot(size);
}

static size_t bucket_of(size_t size)
{
	return counters_bucket(slot_of(size));
}

START_TEST(puts_the_edges_where_they_belong)
{
	ck_assert_uint_eq(bucket_of(edges[_i].size), edges[_i].bucket);
}
END_TEST

START_TEST(puts_every_power_of_two_at_the_end_of_its_bucket)
{
	for (unsigned k = 2; k < 63; k++) {
		size_t bound = (size_t)1 << k;

		ck_assert_uint_eq(bucket_of(bound - 1), k);
		ck_assert_uint_eq(bucket_of(bound), k);
		ck_assert_uint_eq(bucket_of(bound + 1), k + 1);
	}
}
END_TEST

START_TEST(has_a_bucket_for_every_size)
{
	uint64_t seed = 1;

	for (int i = 0; i < 100000; i++) {
		size_t size = (size_t)(unit_random(&seed) >> unit_pick(&seed, 64));
		size_t bucket = bucket_of(size);

		ck_assert_uint_lt(bucket, COUNTERS_SIZES);
		if (size == 0 || size > SIZE_MAX / 2)
			continue;
		ck_assert_uint_le(size, (size_t)1 << bucket);
		ck_assert(bucket == 0 || size > (size_t)1 << (bucket - 1));
	}
}
END_TEST

START_TEST(table_and_buckets_agree)
{
	size_t from = 0, to = 0, before = 0;

	ck_assert_str_eq(sizes[0].id, "sizes_0");
	ck_assert_str_eq(sizes[0].doc, "objects of 0 bytes");
	ck_assert_uint_eq(bucket_of(0), sizes[0].index);
	for (size_t i = 1; i < UNIT_COUNT(sizes); i++) {
		const struct size *s = &sizes[i];
		char id[64];

		if (sscanf(s->doc, "objects of %zu to %zu bytes", &from, &to) == 1)
			to = from;
		ck_assert_uint_eq(from, before + 1);
		ck_assert_uint_eq(bucket_of(from), s->index);
		ck_assert_uint_eq(bucket_of(to), s->index);
		ck_assert_uint_ne(bucket_of(to + 1), s->index);
		snprintf(id, sizeof(id), "sizes_le_%zu", to);
		ck_assert_str_eq(s->id, id);
		before = to;
	}
	/* Every size that fits into the address space has a name. */
	ck_assert_uint_ge(before, (size_t)1 << 47);
}
END_TEST

START_TEST(table_names_no_bucket_twice)
{
	for (size_t i = 0; i < UNIT_COUNT(sizes); i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_uint_ne(sizes[i].index, sizes[j].index);
}
END_TEST

/* Objects are made and freed, counted in the thread's own block or in a shared one. */
static void live(struct counters *c, enum counters_owner owner)
{
	counters_made(c, 10, 24, owner);
	counters_made(c, 0, 16, owner);
	counters_made(c, 100, 104, owner);
	counters_resized(c, 24, 200, 216, owner);
	counters_freed(c, 216, owner);
	counters_failed(c, owner);
	counters_failed(c, owner);
}

/* Return the objects in ${c}, where ${index_of} gives the index for a size. */
static void expect_life(const struct counters *c, uint64_t lives, size_t (*index_of)(size_t))
{
	ck_assert_uint_eq(counters_mallocs(c), 3 * lives);
	ck_assert_uint_eq(c->sizes[index_of(10)], lives);
	ck_assert_uint_eq(c->sizes[index_of(0)], lives);
	ck_assert_uint_eq(c->sizes[index_of(100)], lives);
	ck_assert_uint_eq(c->frees, lives);
	ck_assert_uint_eq(c->reallocs, lives);
	ck_assert_uint_eq(c->failed_allocs, 2 * lives);
	ck_assert_uint_eq(c->requested_bytes, (10 + 100 + 200) * lives);
	ck_assert_uint_eq(c->alloc_bytes, (24 + 16 + 104 + 216) * lives);
	ck_assert_uint_eq(c->freed_bytes, (24 + 216) * lives);
}

START_TEST(counts_a_life)
{
	struct counters own = {0}, shared = {0};

	live(&own, OWN);
	expect_life(&own, 1, slot_of);
	live(&shared, SHARED);
	expect_life(&shared, 1, slot_of);
}
END_TEST

START_TEST(adds_blocks_up)
{
	struct counters one = {0}, two = {0}, sum = {0};

	live(&one, OWN);
	live(&two, OWN);
	live(&two, OWN);
	counters_sum_frees(&sum, &one);
	counters_sum_frees(&sum, &two);
	ck_assert_uint_eq(sum.frees, 3);
	ck_assert_uint_eq(sum.freed_bytes, 3 * (24 + 216));
	ck_assert_uint_eq(sum.alloc_bytes, 0);
	ck_assert_uint_eq(counters_mallocs(&sum), 0);
	counters_sum_rest(&sum, &one);
	counters_sum_rest(&sum, &two);
	expect_life(&sum, 3, bucket_of);
}
END_TEST

START_TEST(takes_the_largest_sizes)
{
	struct counters c = {0};

	counters_made(&c, SIZE_MAX, SIZE_MAX - 1, OWN);
	counters_freed(&c, SIZE_MAX - 1, OWN);
	ck_assert_uint_eq(c.requested_bytes, SIZE_MAX);
	ck_assert_uint_eq(c.alloc_bytes, SIZE_MAX - 1);
	ck_assert_uint_eq(c.freed_bytes, c.alloc_bytes);
	/* More than fits into an instruction. */
	counter_add(&c.frees, UINT64_C(1) << 40, OWN);
	ck_assert_uint_eq(c.frees, (UINT64_C(1) << 40) + 1);
}
END_TEST

#define WRITERS 4
#define LIVES 50000

static struct counters shared_block;

static void *live_shared(void *unused)
{
	(void)unused;
	for (int i = 0; i < LIVES; i++)
		live(&shared_block, SHARED);
	return NULL;
}

START_TEST(loses_nothing_of_many_writers)
{
	pthread_t threads[WRITERS];

	for (int i = 0; i < WRITERS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, live_shared, NULL), 0);
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	expect_life(&shared_block, (uint64_t)WRITERS * LIVES, slot_of);
}
END_TEST

/*
 * Only where an addition is one instruction (counter_add).  Clang's ThreadSanitizer replaces it,
 * and delays signals.
 */
#if defined(__has_feature)
#	if __has_feature(thread_sanitizer)
#		define HAS_TSAN
#	endif
#endif
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(HAS_TSAN)
#	define ONE_INSTRUCTION
#endif

#ifdef ONE_INSTRUCTION
static struct counters own_block;
static volatile sig_atomic_t handled;

static void count_in_handler(int signal_number)
{
	(void)signal_number;
	live(&own_block, OWN);
	handled = handled + 1;
}

/* The handler runs between any two instructions of the thread that owns the block. */
START_TEST(loses_nothing_to_a_signal_handler)
{
	struct itimerval often = {{0, 20}, {0, 20}};
	uint64_t lives = 0;

	signal(SIGALRM, count_in_handler);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
	for (; handled < 5000; lives++)
		live(&own_block, OWN);
	memset(&often, 0, sizeof(often));
	setitimer(ITIMER_REAL, &often, NULL);
	expect_life(&own_block, lives + (uint64_t)handled, slot_of);
}
END_TEST
#endif

/* ---- the countdown to the next sample ---- */

static struct counters counted;

START_TEST(a_new_block_carries_at_once)
{
	counters_arm(&counted);
	ck_assert_uint_eq(counters_requested(&counted), 0);
	ck_assert(!counters_made_unsized(&counted, 0, OWN));
	ck_assert(counters_made_unsized(&counted, 1, OWN));
	ck_assert_uint_eq(counters_requested(&counted), 1);
}
END_TEST

START_TEST(the_gap_is_counted_to_the_byte)
{
	counters_arm(&counted);
	ck_assert(counters_made_unsized(&counted, 50, OWN));
	counters_rearm(&counted, 1000);
	ck_assert_uint_eq(counters_requested(&counted), 50);
	ck_assert(!counters_made_unsized(&counted, 999, OWN));
	ck_assert(counters_made_unsized(&counted, 1, OWN));
	/* Until it is armed again, it does not carry. */
	ck_assert(!counters_made_unsized(&counted, 5000, OWN));
	ck_assert_uint_eq(counters_requested(&counted), 6050);
	counters_rearm(&counted, COUNTERS_LONGEST);
	ck_assert(!counters_made_unsized(&counted, (size_t)1 << 50, OWN));
	ck_assert_uint_eq(counters_requested(&counted), 6050 + ((uint64_t)1 << 50));
}
END_TEST

START_TEST(an_unmade_object_is_taken_back)
{
	counters_arm(&counted);
	counters_made_unsized(&counted, 10, OWN);
	counters_unmade(&counted, 10, OWN);
	ck_assert_uint_eq(counters_requested(&counted), 0);
	counters_rearm(&counted, 100);
	counters_made_unsized(&counted, 60, OWN);
	counters_unmade(&counted, 60, OWN);
	ck_assert_uint_eq(counters_requested(&counted), 0);
}
END_TEST

static volatile uint64_t made_by_handler;

/* As an allocation in a signal handler, which may draw a gap while its thread draws one. */
static void count_and_draw(int signal)
{
	(void)signal;
	made_by_handler += 700;
	if (counters_made_unsized(&counted, 700, OWN))
		counters_rearm(&counted, 1000);
}

START_TEST(a_handler_may_draw_a_gap_meanwhile)
{
	const struct sigaction action = {.sa_handler = count_and_draw};
	const struct itimerval often = {{0, 20}, {0, 20}}, never = {{0, 0}, {0, 0}};
	uint64_t made = 0;

	counters_arm(&counted);
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
	while (made_by_handler < 700 * 2000) {
		made += 10;
		if (counters_made_unsized(&counted, 10, OWN))
			counters_rearm(&counted, 30);
	}
	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
	ck_assert_uint_eq(counters_requested(&counted), made + made_by_handler);
}
END_TEST

static uint64_t last_made;

static void *make_and_draw(void *unused)
{
	(void)unused;
	for (uint64_t i = 0; i < 2000000; i++)
		if (counters_made_unsized(&counted, 16, OWN))
			counters_rearm(&counted, 1 + i % 100);
	__atomic_store_n(&last_made, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* A reader never sees a base of one gap with the count of another. */
START_TEST(a_reader_sees_no_mixture)
{
	uint64_t before = 0;
	pthread_t thread;

	counters_arm(&counted);
	ck_assert_int_eq(pthread_create(&thread, NULL, make_and_draw, NULL), 0);
	while (!__atomic_load_n(&last_made, __ATOMIC_ACQUIRE)) {
		uint64_t now = counters_requested(&counted);

		ck_assert_uint_ge(now, before);
		ck_assert_uint_le(now, 2000000 * 16);
		ck_assert_uint_eq(now % 16, 0);
		before = now;
	}
	pthread_join(thread, NULL);
	ck_assert_uint_eq(counters_requested(&counted), 2000000 * 16);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, a_new_block_carries_at_once);
	tcase_add_test(all, the_gap_is_counted_to_the_byte);
	tcase_add_test(all, an_unmade_object_is_taken_back);
	tcase_add_test(all, a_handler_may_draw_a_gap_meanwhile);
	tcase_add_test(all, a_reader_sees_no_mixture);
	tcase_add_loop_test(all, puts_the_edges_where_they_belong, 0, UNIT_COUNT(edges));
	tcase_add_test(all, puts_every_power_of_two_at_the_end_of_its_bucket);
	tcase_add_test(all, has_a_bucket_for_every_size);
	tcase_add_test(all, table_and_buckets_agree);
	tcase_add_test(all, table_names_no_bucket_twice);
	tcase_add_test(all, counts_a_life);
	tcase_add_test(all, adds_blocks_up);
	tcase_add_test(all, takes_the_largest_sizes);
	tcase_add_test(all, loses_nothing_of_many_writers);
#ifdef ONE_INSTRUCTION
	tcase_add_test(all, loses_nothing_to_a_signal_handler);
#endif
}

UNIT_MAIN("counters", add_tests)
