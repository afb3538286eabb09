#include "agent/deliver/backlog.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static struct backlog b;
static char out[1 << 20];

static void open_of(size_t size)
{
	ck_assert_int_eq(backlog_open(&b, size), 0);
}

static void add(const char *line)
{
	backlog_add(&b, line, strlen(line));
}

/* Expect a copy of ${size} bytes and ${points} points at most to be ${wanted}. */
static void expect_copy(size_t size, uint64_t points, const char *wanted)
{
	uint64_t got = points;
	uint64_t newlines = 0;
	size_t len;

	memset(out, '#', sizeof(out));
	backlog_copy(&b, out, size, &got, &len);
	ck_assert_msg(len == strlen(wanted) && memcmp(out, wanted, len) == 0, "'%.*s' is not '%s'",
		      (int)len, out, wanted);
	ck_assert_int_eq(out[len], '#');
	for (size_t i = 0; i < len; i++)
		newlines += wanted[i] == '\n';
	ck_assert_uint_eq(got, newlines);
}

static void expect(const char *wanted)
{
	expect_copy(sizeof(out), UINT64_MAX, wanted);
}

START_TEST(is_empty_at_first)
{
	open_of(16);
	expect("");
	ck_assert_uint_eq(backlog_points(&b), 0);
	ck_assert_uint_eq(b.dropped, 0);
	backlog_done(&b, 0);
	backlog_done(&b, 100);
	expect("");
}
END_TEST

START_TEST(keeps_the_order)
{
	open_of(64);
	add("one\n");
	add("two\n");
	add("three\n");
	expect("one\ntwo\nthree\n");
	ck_assert_uint_eq(backlog_points(&b), 3);
	expect("one\ntwo\nthree\n"); /* copying removes nothing */
	backlog_done(&b, 1);
	expect("two\nthree\n");
	backlog_done(&b, 3);
	expect("");
	ck_assert_uint_eq(b.next, 3);
	add("four\n");
	expect("four\n");
	ck_assert_uint_eq(b.first, 3);
}
END_TEST

START_TEST(copies_whole_lines_within_bounds)
{
	open_of(64);
	add("one\n");
	add("two\n");
	add("three\n");
	expect_copy(sizeof(out), 0, "");
	expect_copy(sizeof(out), 2, "one\ntwo\n");
	expect_copy(0, 9, "");
	expect_copy(3, 9, "");
	expect_copy(4, 9, "one\n");
	expect_copy(7, 9, "one\n");
	expect_copy(8, 9, "one\ntwo\n");
	expect_copy(13, 9, "one\ntwo\n");
	expect_copy(14, 9, "one\ntwo\nthree\n");
	expect_copy(14, 1, "one\n");
}
END_TEST

START_TEST(fills_to_the_last_byte)
{
	open_of(8);
	add("one\n");
	add("two\n");
	expect("one\ntwo\n");
	ck_assert_uint_eq(b.dropped, 0);
	add("six\n");
	expect("two\nsix\n");
	ck_assert_uint_eq(b.dropped, 1);
	add("1234567\n");
	expect("1234567\n");
	ck_assert_uint_eq(b.dropped, 3);
	ck_assert_uint_eq(b.first, 3);
	ck_assert_uint_eq(backlog_points(&b), 1);
}
END_TEST

START_TEST(drops_what_can_never_fit)
{
	open_of(8);
	add("one\n");
	add("12345678\n");
	expect("one\n"); /* nothing else was dropped for it */
	ck_assert_uint_eq(b.too_long, 1);
	ck_assert_uint_eq(b.dropped, 0);
	ck_assert_uint_eq(b.next, 1);
	add("\n");
	expect("one\n\n");
}
END_TEST

START_TEST(wraps_around_at_every_place)
{
	/* Lines of 4 and 6 bytes in 11: the ring's end falls on every byte of a line. */
	open_of(11);
	add("abc\n");
	for (int i = 0; i < 100; i++) {
		add("12345\n");
		expect("abc\n12345\n");
		backlog_done(&b, b.first + 1);
		add("abc\n");
		expect("12345\nabc\n");
		backlog_done(&b, b.first + 1);
		expect("abc\n");
	}
	ck_assert_uint_eq(b.dropped, 0);
	ck_assert_uint_eq(b.next, 201);
}
END_TEST

START_TEST(is_told_of_points_that_are_gone_already)
{
	uint64_t points = 2;
	size_t len;

	open_of(16);
	add("one\n");
	add("two\n");
	backlog_copy(&b, out, sizeof(out), &points, &len); /* 0 and 1 are being sent */
	add("three\n");
	add("four\n"); /* drops 0 */
	ck_assert_uint_eq(b.dropped, 1);
	backlog_done(&b, 2);
	expect("three\nfour\n");
	backlog_done(&b, 2); /* a second time: no effect */
	backlog_done(&b, 0);
	expect("three\nfour\n");
}
END_TEST

START_TEST(is_told_of_points_that_are_all_gone)
{
	open_of(8);
	add("one\n");
	add("two\n");
	add("1234567\n");
	backlog_done(&b, 2);
	expect("1234567\n");
	ck_assert_uint_eq(b.dropped, 2);
}
END_TEST

START_TEST(takes_no_line_that_is_too_long)
{
	open_of(64);
	b.longest = 8;
	ck_assert(backlog_add(&b, "1234567\n", 8));
	ck_assert(!backlog_add(&b, "12345678\n", 9));
	ck_assert_uint_eq(b.too_long, 1);
	expect("1234567\n");
}
END_TEST

START_TEST(resets_to_nothing)
{
	const char *ring;

	open_of(8);
	ring = b.ring;
	add("one\n");
	add("1234567\n");
	backlog_reset(&b);
	expect("");
	ck_assert_uint_eq(backlog_points(&b), 0);
	ck_assert_uint_eq(b.dropped, 0);
	ck_assert_uint_eq(b.next, 0);
	ck_assert_ptr_eq(b.ring, ring);
	add("two\n");
	expect("two\n");
	ck_assert_uint_eq(b.first, 0);
}
END_TEST

static size_t resident_pages(void)
{
	size_t size, pages;
	FILE *f = fopen("/proc/self/statm", "r");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%zu %zu", &size, &pages), 2);
	fclose(f);
	return pages;
}

START_TEST(gives_memory_back_when_empty)
{
	static char line[1024];
	size_t before;

	open_of(16 << 20);
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\n';
	before = resident_pages();
	for (int i = 0; i < (16 << 10); i++)
		backlog_add(&b, line, sizeof(line));
	ck_assert_uint_gt(resident_pages(), before + 3000);
	backlog_done(&b, b.next);
	ck_assert_uint_lt(resident_pages(), before + 1000);
	add("one\n");
	expect("one\n");
}
END_TEST

/* Return whether the mapping at ${address} has that advice, by proc_pid_smaps(5). */
static bool is_of_small_pages(const void *address)
{
	char line[1024];
	unsigned long begin, end;
	bool is_in = false, is_told = false;
	FILE *f = fopen("/proc/self/smaps", "r");

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &begin, &end) == 2)
			is_in = (uintptr_t)address - begin < end - begin;
		else if (is_in && strncmp(line, "VmFlags:", 8) == 0)
			is_told = strstr(line, " nh") != NULL;
	}
	fclose(f);
	return is_told;
}

/* If all memory may be huge pages, one point would take 2 MiB. */
START_TEST(takes_no_huge_page)
{
	if (access("/sys/kernel/mm/transparent_hugepage", F_OK))
		return; /* not possible on this system */
	open_of(4 << 20);
	ck_assert(is_of_small_pages(b.ring));
}
END_TEST

START_TEST(says_when_there_is_no_memory)
{
	struct rlimit limit, none;
	int result, error;

	getrlimit(RLIMIT_AS, &limit);
	none = limit;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_AS, &none);
	errno = 0;
	result = backlog_open(&b, 1 << 20);
	error = errno;
	setrlimit(RLIMIT_AS, &limit);
	ck_assert_int_eq(result, -1);
	ck_assert_int_eq(error, ENOMEM);
}
END_TEST

/* A simple model: an array of the lines in the backlog. */
static struct {
	char lines[4096][64];
	uint64_t first, next, dropped;
	size_t used;
} model;

static void model_shift(void)
{
	model.used -= strlen(model.lines[model.first++]);
}

static void model_add(size_t size, const char *line)
{
	size_t len = strlen(line);

	if (len > size)
		return;
	for (; size - model.used < len; model.dropped++)
		model_shift();
	strcpy(model.lines[model.next++], line);
	model.used += len;
}

static void random_line(uint64_t *seed, char *line)
{
	size_t n = unit_pick(seed, 1 + unit_pick(seed, 50));

	for (size_t i = 0; i < n; i++)
		line[i] = (char)('a' + unit_pick(seed, 26));
	line[n] = '\n';
	line[n + 1] = '\0';
}

static void compare_copy(uint64_t *seed)
{
	uint64_t most = unit_pick(seed, 3) ? UINT64_MAX : unit_pick(seed, 10);
	size_t size = unit_pick(seed, 200);
	char wanted[256] = "";

	for (uint64_t i = model.first; i < model.next && i - model.first < most; i++) {
		if (strlen(wanted) + strlen(model.lines[i]) > size)
			break;
		strcat(wanted, model.lines[i]);
	}
	expect_copy(size, most, wanted);
}

START_TEST(does_as_the_model_does)
{
	uint64_t seed = (uint64_t)_i;
	size_t size = 30 + unit_pick(&seed, 100);

	open_of(size);
	while (model.next < UNIT_COUNT(model.lines)) {
		uint64_t end = model.first + unit_pick(&seed, 8);
		char line[64];

		if (unit_pick(&seed, 3)) {
			random_line(&seed, line);
			add(line);
			model_add(size, line);
		} else {
			backlog_done(&b, end);
			while (model.first < model.next && model.first < end)
				model_shift();
		}
		ck_assert_uint_eq(b.first, model.first);
		ck_assert_uint_eq(b.next, model.next);
		ck_assert_uint_eq(b.dropped, model.dropped);
		ck_assert_uint_eq(backlog_points(&b), model.next - model.first);
		compare_copy(&seed);
	}
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, is_empty_at_first);
	tcase_add_test(all, keeps_the_order);
	tcase_add_test(all, copies_whole_lines_within_bounds);
	tcase_add_test(all, fills_to_the_last_byte);
	tcase_add_test(all, drops_what_can_never_fit);
	tcase_add_test(all, wraps_around_at_every_place);
	tcase_add_test(all, is_told_of_points_that_are_gone_already);
	tcase_add_test(all, is_told_of_points_that_are_all_gone);
	tcase_add_test(all, takes_no_line_that_is_too_long);
	tcase_add_test(all, resets_to_nothing);
	tcase_add_test(all, gives_memory_back_when_empty);
	tcase_add_test(all, takes_no_huge_page);
	tcase_add_test(all, says_when_there_is_no_memory);
	tcase_add_loop_test(all, does_as_the_model_does, 0, UNIT_SEEDS);
}

UNIT_MAIN("backlog", add_tests)
