#include "agent/measure/rss_growth.h"

#include "agent/base/clock.h"
#include "tests/unit/unit.h"

#define MIB (INT64_C(1) << 20)
#define STEPS 12

static struct rss_growth growth;
static int64_t value[FIELDS];
static char text[512];

/* A process with 100 MiB resident, 80 MiB of the heap, of which 60 MiB are live. */
static void set_up(void)
{
	memset(value, -1, sizeof(value));
	value[FIELD_rss_bytes] = 100 * MIB;
	value[FIELD_rss_file_bytes] = 8 * MIB;
	value[FIELD_rss_shared_bytes] = 0;
	value[FIELD_sys_bytes] = 300 * MIB;
	value[FIELD_heap_sys_bytes] = 80 * MIB;
	value[FIELD_heap_alloc_bytes] = 60 * MIB;
	value[FIELD_arenas] = 1;
	text[0] = '\0';
	rss_growth_open(&growth, 10 * CLOCK_S);
}

/* Take ${n} snapshots; the ${m} fields ${fields} grow by 4 MiB each time.  Return the changes. */
static unsigned take(unsigned n, const enum field *fields, size_t m)
{
	static int64_t now_ns;
	unsigned changes = 0;

	if (growth.n == 0)
		now_ns = 1000 * CLOCK_S;
	for (unsigned i = 0; i < n; i++) {
		for (size_t k = 0; k < m; k++)
			value[fields[k]] += 4 * MIB;
		changes += rss_growth_add(&growth, value, now_ns, text, sizeof(text));
		now_ns += 10 * CLOCK_S;
	}
	return changes;
}

#define TAKE(n, ...)                                                                               \
	take(n, (const enum field[]){__VA_ARGS__},                                                 \
	     sizeof((const enum field[]){__VA_ARGS__}) / sizeof(enum field))

START_TEST(each_cause_is_named)
{
	static const struct {
		const char *words;
		enum field grow[3];
		size_t n;
	} cases[] = {
	    {"mapped files", {FIELD_rss_bytes, FIELD_sys_bytes, FIELD_rss_file_bytes}, 3},
	    {"shared memory", {FIELD_rss_bytes, FIELD_sys_bytes, FIELD_rss_shared_bytes}, 3},
	    {"freed and the allocator holds",
	     {FIELD_rss_bytes, FIELD_sys_bytes, FIELD_heap_sys_bytes},
	     3},
	    {"never came from malloc", {FIELD_rss_bytes, FIELD_sys_bytes}, 2},
	    {"used for the first time", {FIELD_rss_bytes}, 1},
	};

	set_up();
	ck_assert_uint_eq(take(STEPS, cases[_i].grow, cases[_i].n), 1);
	ck_assert(growth.grows);
	ck_assert_msg(strstr(text, cases[_i].words), "%s: %s", cases[_i].words, text);
	ck_assert_msg(strstr(text, "100 % of the growth"), "%s", text);
}
END_TEST

START_TEST(new_arenas_are_counted)
{
	set_up();
	for (unsigned i = 0; i < STEPS; i++) {
		value[FIELD_arenas]++;
		TAKE(1, FIELD_rss_bytes, FIELD_heap_sys_bytes);
	}
	ck_assert_msg(strstr(text, "more arenas"), "%s", text);
}
END_TEST

START_TEST(an_allocator_that_tells_nothing_is_not_blamed)
{
	set_up();
	value[FIELD_heap_sys_bytes] = -1;
	ck_assert_uint_eq(TAKE(STEPS, FIELD_rss_bytes), 1);
	ck_assert_msg(strstr(text, "private memory"), "%s", text);
}
END_TEST

START_TEST(growth_of_live_bytes_is_not_reported)
{
	set_up();
	ck_assert_uint_eq(TAKE(STEPS, FIELD_rss_bytes, FIELD_heap_sys_bytes,
			       FIELD_heap_alloc_bytes),
			  0);
}
END_TEST

START_TEST(level_and_short_growth_are_not_reported)
{
	set_up();
	ck_assert_uint_eq(take(STEPS, NULL, 0), 0);
	ck_assert_uint_eq(TAKE(3, FIELD_rss_bytes), 0);
	ck_assert_uint_eq(take(STEPS, NULL, 0), 0);
}
END_TEST

START_TEST(the_end_of_growth_is_reported_once)
{
	set_up();
	ck_assert_uint_eq(TAKE(STEPS, FIELD_rss_bytes), 1);
	ck_assert_uint_eq(take(STEPS, NULL, 0), 1);
	ck_assert(!growth.grows);
	ck_assert_msg(strstr(text, "any more"), "%s", text);
}
END_TEST

/* 1 MiB in ten seconds takes longer than one series of snapshots. */
START_TEST(slow_growth_is_seen_in_time)
{
	unsigned changes = 0;

	set_up();
	for (unsigned i = 0; i < 10 * RSS_SNAPSHOTS; i++) {
		value[FIELD_rss_bytes] += MIB / 4;
		changes += take(1, NULL, 0);
	}
	ck_assert_uint_eq(changes, 1);
	ck_assert(growth.grows);
}
END_TEST

START_TEST(without_proc_nothing_is_said)
{
	set_up();
	value[FIELD_rss_bytes] = -1;
	ck_assert_uint_eq(take(STEPS, NULL, 0), 0);
	ck_assert_uint_eq(growth.n, 0);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, each_cause_is_named, 0, 5);
	tcase_add_test(all, new_arenas_are_counted);
	tcase_add_test(all, an_allocator_that_tells_nothing_is_not_blamed);
	tcase_add_test(all, growth_of_live_bytes_is_not_reported);
	tcase_add_test(all, level_and_short_growth_are_not_reported);
	tcase_add_test(all, the_end_of_growth_is_reported_once);
	tcase_add_test(all, slow_growth_is_seen_in_time);
	tcase_add_test(all, without_proc_nothing_is_said);
}

UNIT_MAIN("rss_growth", add_tests)
