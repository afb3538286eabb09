#include "agent/measure/allocator_stats.h"

#include "agent/base/clock.h"
#include "tests/unit/unit.h"

/* Clocks that advance by the duration of a reading. */
static int64_t mono_ns = 1000 * CLOCK_S, cpu_ns = 7;
static int64_t wait_ns, work_ns;

int64_t clock_mono_ns(void)
{
	return mono_ns;
}

int64_t clock_thread_cpu_ns(void)
{
	return cpu_ns;
}

static void read_figures(int64_t *value)
{
	value[FIELD_heap_sys_bytes] = 1;
	mono_ns += wait_ns + work_ns;
	cpu_ns += work_ns;
}

static const struct allocator quick = {.name = "quick", .read = read_figures};
static const struct allocator slow = {.name = "slow", .is_slow = true, .read = read_figures};
static const struct allocator silent = {.name = "silent"};
static const struct allocator *found;

const struct allocator *allocator_find(char version[ALLOCATOR_VERSION_BYTES])
{
	version[0] = '\0';
	return found;
}

static const struct {
	const struct allocator *allocator;
	int64_t interval, wait, work;
	int64_t due; /* after the start of the reading */
} rows[] = {
    {&quick, 0, 0, 0, 0},
    {&slow, 0, 0, 0, 10 * CLOCK_S},
    {&slow, CLOCK_S, 0, CLOCK_MS, CLOCK_S},
    {&quick, CLOCK_S, 0, 0, CLOCK_S},
    /* A hundredth of the time. */
    {&quick, 0, 0, CLOCK_MS, 100 * CLOCK_MS},
    {&slow, CLOCK_S, 0, CLOCK_S, 100 * CLOCK_S},
    /* The process was stopped for an hour meanwhile. */
    {&slow, CLOCK_S, 3600 * CLOCK_S, CLOCK_MS, CLOCK_S},
    {&quick, 0, 3600 * CLOCK_S, CLOCK_MS, 100 * CLOCK_MS},
    /* Once in ten minutes at least. */
    {&slow, 0, 0, 7 * CLOCK_S, 600 * CLOCK_S},
    {&slow, 0, 0, INT64_MAX / 50, 600 * CLOCK_S},
};

START_TEST(is_due_again)
{
	struct allocator_stats allocator;
	int64_t figures[FIELDS] = {[FIELD_arenas] = -1};
	int64_t began = mono_ns;

	found = rows[_i].allocator;
	wait_ns = rows[_i].wait;
	work_ns = rows[_i].work;
	allocator_stats_open(&allocator, rows[_i].interval);
	ck_assert(allocator_stats_read(&allocator, began, figures));
	ck_assert_int_eq(figures[FIELD_heap_sys_bytes], 1);
	ck_assert_int_eq(figures[FIELD_arenas], -1);
	ck_assert_int_eq(allocator.took_ns, wait_ns + work_ns);
	ck_assert_int_eq(allocator.due_ns - began, rows[_i].due);
	ck_assert(!allocator_stats_read(&allocator, allocator.due_ns - 1, figures));
	ck_assert(allocator_stats_read(&allocator, allocator.due_ns, figures));
}
END_TEST

START_TEST(is_never_asked)
{
	struct allocator_stats allocator;
	int64_t figures[FIELDS];

	found = &silent;
	allocator_stats_open(&allocator, 1);
	ck_assert(!allocator_stats_read(&allocator, mono_ns, figures));
	found = &quick;
	allocator_stats_open(&allocator, 0);
	allocator_stats_stop(&allocator);
	ck_assert(!allocator_stats_read(&allocator, mono_ns, figures));
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, is_due_again, 0, UNIT_COUNT(rows));
	tcase_add_test(all, is_never_asked);
}

UNIT_MAIN("allocator", add_tests)
