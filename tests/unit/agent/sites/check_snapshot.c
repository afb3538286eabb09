#include "agent/sites/snapshot.h"

#include "agent/sites/identity.h"
#include "shim/sites/exponential.h"
#include "shim/sites/live.h"
#include "shim/sites/objects.h"
#include "shim/sites/walk.h"
#include "tests/unit/enter.h"
#include "tests/unit/unit.h"

#define ONE ((uint64_t)1 << WEIGHT_PLACES)
#define PAGE ((uintptr_t)4096)
#define NOW 1000

/* Objects 1 and 2 have build-ids, 3 has none, and 4 is a copy of 1 under another path. */
static const struct object objects[] = {
    [1] = {.build_id_size = 2, .build_id = {1, 2}, .path = "/lib/a.so"},
    [2] = {.build_id_size = 2, .build_id = {3, 4}, .path = "/lib/b.so"},
    [3] = {.path = "/one/c.so"},
    [4] = {.build_id_size = 2, .build_id = {1, 2}, .path = "/elsewhere/a.so"},
    [5] = {.path = "/two/c.so"},
};

const struct object *objects_at(unsigned index)
{
	return index && index < UNIT_COUNT(objects) ? &objects[index] : NULL;
}

static struct snapshot snapshot;

static uint64_t frame(unsigned object, uint64_t address)
{
	return (uint64_t)object << WALK_OBJECT_SHIFT | address;
}

static uint64_t identity(uint64_t a, uint64_t b, uint64_t c)
{
	const uint64_t frames[] = {a, b, c};

	return identity_of(frames, 3);
}

START_TEST(an_identity_is_that_of_build_ids_and_addresses)
{
	uint64_t id = identity(frame(1, 10), frame(2, 20), frame(3, 30));

	ck_assert_uint_ne(id, 0);
	ck_assert_uint_eq(id, identity(frame(4, 10), frame(2, 20), frame(5, 30)));
	ck_assert_uint_ne(id, identity(frame(1, 11), frame(2, 20), frame(3, 30)));
	ck_assert_uint_ne(id, identity(frame(2, 10), frame(2, 20), frame(3, 30)));
	ck_assert_uint_ne(id, identity(frame(2, 20), frame(1, 10), frame(3, 30)));
}
END_TEST

/* Its addresses differ from run to run, and its depth does, too. */
START_TEST(code_of_no_object_counts_once)
{
	uint64_t id = identity(frame(1, 10), frame(0, 1), frame(2, 20));
	const uint64_t deeper[] = {frame(1, 10), frame(0, 5), frame(0, 6), frame(2, 20)};

	ck_assert_uint_eq(id, identity(frame(1, 10), frame(0, 99), frame(2, 20)));
	ck_assert_uint_eq(id, identity_of(deeper, 4));
	ck_assert_uint_ne(id, identity(frame(1, 10), frame(2, 20), frame(2, 20)));
}
END_TEST

static void start(void)
{
	ck_assert(snapshot_open(&snapshot));
	ck_assert(stacks_open());
	ck_assert(live_open());
	snapshot.start_s = NOW - 500;
}

static uintptr_t next_address = 1 << 20;

/* A live object of site ${n} that stands for ${bytes} bytes and ${weight} objects. */
static unsigned make(uint64_t n, uint64_t bytes, uint64_t weight, uint32_t age_s)
{
	const uint64_t frames[] = {frame(1, n), frame(2, 1)};
	struct live_sample sample = {.address = next_address += PAGE,
				     .stack = enter_frames(frames, 2, WALK_WHOLE),
				     .born_s = NOW - age_s,
				     .bytes = bytes,
				     .weight = weight * ONE};

	stacks_count_made(sample.stack, bytes, weight * ONE);
	ck_assert(live_insert(&sample));
	return sample.stack;
}

START_TEST(a_site_has_its_sums)
{
	unsigned i;
	const struct site *site;

	start();
	i = make(1, 1000, 10, 0);
	ck_assert_uint_eq(make(1, 3000, 30, 25), i);
	stacks_count_made(i, 500, 5 * ONE);
	stacks_count_freed(i, 500, 5 * ONE);
	make(2, 7, 1, 0);
	snapshot_take(&snapshot, NOW);
	site = &snapshot.sites[snapshot_site(&snapshot, i)];
	ck_assert_double_eq(site->live_bytes, 4000);
	ck_assert_double_eq(site->live_objects, 40);
	ck_assert_double_eq(site->alloc_bytes, 4500);
	ck_assert_double_eq(site->alloc_objects, 45);
	ck_assert_double_eq(site->freed_bytes, 500);
	ck_assert_double_eq(site->freed_objects, 5);
	ck_assert_double_eq_tol(site->variance, 1000.0 * 1000 * 0.9 + 3000.0 * 3000 * 29 / 30, 1);
	ck_assert_uint_eq(site->oldest_s, 25);
	ck_assert_double_eq(site->cohort_bytes[COHORT_age_0s_bytes], 1000);
	ck_assert_double_eq(site->cohort_bytes[COHORT_age_20s_bytes], 3000);
	ck_assert_double_eq(snapshot.total.live_bytes, 4007);
}
END_TEST

static const struct {
	uint32_t age_s;
	unsigned cohort;
} ages[] = {
    {0, COHORT_age_0s_bytes},	  {9, COHORT_age_0s_bytes},    {10, COHORT_age_10s_bytes},
    {19, COHORT_age_10s_bytes},	  {20, COHORT_age_20s_bytes},  {79, COHORT_age_40s_bytes},
    {80, COHORT_age_80s_bytes},	  {159, COHORT_age_80s_bytes}, {160, COHORT_age_160s_bytes},
    {499, COHORT_age_320s_bytes},
};

START_TEST(a_cohort_has_its_ages)
{
	start();
	make(1, 1000, 1, ages[_i].age_s);
	snapshot_take(&snapshot, NOW);
	ck_assert_double_eq(snapshot.total.live_bytes, 1000);
	for (unsigned i = 1; i < STACKS; i++)
		if (snapshot.sites[i].id)
			ck_assert_double_eq(snapshot.sites[i].cohort_bytes[ages[_i].cohort], 1000);
}
END_TEST

/* The agent notes the time when it begins; the program may have allocated before. */
START_TEST(samples_before_the_agent_are_of_the_start)
{
	start();
	make(1, 1000, 1, NOW); /* born at 0 */
	snapshot_take(&snapshot, NOW);
	for (unsigned i = 1; i < STACKS; i++)
		if (snapshot.sites[i].id)
			ck_assert_uint_eq(snapshot.sites[i].oldest_s, 500);
}
END_TEST

static unsigned count_chosen(void)
{
	unsigned n = 0;

	for (unsigned i = 1; i < STACKS; i++)
		n += snapshot.sites[i].id && snapshot.sites[i].is_chosen;
	return n;
}

static double sum_reported(void)
{
	double sum = snapshot.sites[0].live_bytes;

	for (unsigned i = 1; i < STACKS; i++)
		if (snapshot.sites[i].id && snapshot.sites[i].is_chosen)
			sum += snapshot.sites[i].live_bytes;
	return sum;
}

START_TEST(the_largest_are_chosen_and_the_rest_is_other)
{
	unsigned largest, maker;

	start();
	for (uint64_t n = 1; n <= 100; n++)
		make(n, 1000 * n, 1, 0);
	largest = make(100, 1, 1, 0);
	snapshot_take(&snapshot, NOW);
	maker = make(7, 1, 1, 0);
	stacks_count_made(maker, 1000000, ONE);
	snapshot_take(&snapshot, NOW + 10);
	snapshot_choose(&snapshot, 3);
	snapshot_add_rest(&snapshot);
	ck_assert(snapshot.sites[snapshot_site(&snapshot, largest)].is_chosen);
	ck_assert(snapshot.sites[snapshot_site(&snapshot, maker)].is_chosen);
	ck_assert_uint_ge(count_chosen(), 4);
	ck_assert_uint_le(count_chosen(), 9);
	ck_assert_double_eq_tol(sum_reported(), snapshot.total.live_bytes, 1e-3);
}
END_TEST

START_TEST(a_full_table_makes_room_and_loses_nothing)
{
	double made = 0, sum = 0;

	start();
	for (uint64_t n = 1; n <= 4000; n++) {
		const uint64_t frames[] = {frame(1, n)};
		unsigned i = enter_frames(frames, 1, WALK_WHOLE);

		stacks_count_made(i, 10, ONE);
		made += 10;
		if (n % 4) {
			stacks_count_freed(i, 10, ONE);
			stacks_leave(i);
		} else {
			struct live_sample sample = {.address = next_address += PAGE,
						     .stack = i,
						     .born_s = NOW,
						     .bytes = 10,
						     .weight = ONE};

			ck_assert(live_insert(&sample));
		}
	}
	snapshot_take(&snapshot, NOW);
	ck_assert_uint_gt(stacks_used(), STACKS - STACKS / 4);
	snapshot_make_room(&snapshot);
	ck_assert_uint_le(stacks_used(), STACKS / 2);
	snapshot_take(&snapshot, NOW + 10);
	for (unsigned i = 0; i < STACKS; i++)
		if (i == 0 || snapshot.sites[i].id)
			sum += snapshot.sites[i].alloc_bytes;
	ck_assert_double_eq_tol(sum, made, 1e-3);
	ck_assert_double_eq_tol(snapshot.total.live_bytes, 10000, 1e-3);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, an_identity_is_that_of_build_ids_and_addresses);
	tcase_add_test(all, code_of_no_object_counts_once);
	tcase_add_test(all, a_site_has_its_sums);
	tcase_add_loop_test(all, a_cohort_has_its_ages, 0, UNIT_COUNT(ages));
	tcase_add_test(all, samples_before_the_agent_are_of_the_start);
	tcase_add_test(all, the_largest_are_chosen_and_the_rest_is_other);
	tcase_add_test(all, a_full_table_makes_room_and_loses_nothing);
}

UNIT_MAIN("snapshot", add_tests)
