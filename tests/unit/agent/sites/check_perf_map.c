#include "agent/sites/perf_map.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char directory[] = "/tmp/memagent-check-XXXXXX";
static char path[64];

static void set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/perf-7.map", directory);
}

static void clean_up(void)
{
	unlink(path);
	rmdir(directory);
}

static void write_map(const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static struct perf_map_wanted wanted[20000];
static size_t count;
static char piece[PERF_MAP_PIECE];

/* Scan the map for these addresses, which are sorted. */
static void scan(size_t n, const uint64_t *addresses)
{
	uint64_t position = 0;
	int fd = perf_map_open(directory, 7);

	ck_assert_int_ge(fd, 0);
	memset(wanted, 0, sizeof(wanted));
	for (count = 0; count < n; count++)
		wanted[count].address = addresses[count];
	while (perf_map_scan(fd, &position, piece, wanted, count))
		;
	close(fd);
}

static const char *name_of(size_t i)
{
	static char name[64];
	int fd = open(path, O_RDONLY);
	ssize_t n = pread(fd, name, wanted[i].name_bytes, (off_t)wanted[i].name_at);

	name[n > 0 ? n : 0] = '\0';
	close(fd);
	return name;
}

START_TEST(names_generated_code)
{
	write_map("1000 10 first\n0x1010 0x20 LazyCompile:~run /a b.js:1\n");
	scan(5, (uint64_t[]){0xfff, 0x1000, 0x100f, 0x102f, 0x1030});
	ck_assert_uint_eq(wanted[0].name_bytes, 0);
	ck_assert_str_eq(name_of(1), "first");
	ck_assert_str_eq(name_of(2), "first");
	ck_assert_str_eq(name_of(3), "LazyCompile:~run /a b.js:1");
	ck_assert_uint_eq(wanted[4].name_bytes, 0);
}
END_TEST

START_TEST(takes_the_later_of_two)
{
	write_map("1000 10 old\n1000 8 new\n");
	scan(2, (uint64_t[]){0x1004, 0x100c});
	ck_assert_str_eq(name_of(0), "new");
	ck_assert_str_eq(name_of(1), "old");
}
END_TEST

static const char *const broken[] = {
    "",
    "\n\n",
    "1000",
    "1000 10",
    "1000 10 ",
    "1000 10 \n",
    "x 10 a\n",
    " \n",
    "1000 y a\n",
    "1000 10 half",
    "1000  10 a\n",
    "-1 -1 a\n",
    "0x 0x a\n",
    "11111111111111111 10 a\n",
};

START_TEST(leaves_broken_lines_out)
{
	write_map(broken[_i]);
	scan(1, (uint64_t[]){0x1004});
	ck_assert_uint_eq(wanted[0].name_bytes, 0);
}
END_TEST

/* Lines over the end of a piece, and a line longer than a piece. */
START_TEST(reads_in_pieces)
{
	enum { FUNCTIONS = 20000, LONG = 5000 };
	static uint64_t addresses[FUNCTIONS];
	FILE *f = fopen(path, "w");

	for (unsigned i = 0; i < FUNCTIONS; i++) {
		addresses[i] = 0x1000 + i * 16;
		fprintf(f, "%x 10 function_%u", 0x1000 + i * 16, i);
		for (size_t k = 0; i == LONG && k < 3 * PERF_MAP_PIECE; k++)
			fputc('x', f);
		fputc('\n', f);
	}
	fclose(f);
	scan(FUNCTIONS, addresses);
	for (unsigned i = 0; i < FUNCTIONS; i++) {
		char name[32];

		snprintf(name, sizeof(name), "function_%u", i);
		ck_assert_str_eq(name_of(i), i == LONG ? "" : name);
	}
}
END_TEST

START_TEST(opens_no_other_kind_of_file)
{
	ck_assert_int_eq(perf_map_open(directory, 7), -1);
	ck_assert_int_eq(symlink("/etc/passwd", path), 0);
	ck_assert_int_eq(perf_map_open(directory, 7), -1);
	unlink(path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(perf_map_open(directory, 7), -1);
}
END_TEST

/* Anybody may put a file into /tmp. */
START_TEST(opens_no_file_of_another_user)
{
	write_map("1000 10 other\n");
	if (geteuid() != 0 || chown(path, 12345, (gid_t)-1))
		return;
	ck_assert_int_eq(perf_map_open(directory, 7), -1);
}
END_TEST

static void add(TCase *all)
{
	tcase_add_checked_fixture(all, set_up, clean_up);
	tcase_add_test(all, names_generated_code);
	tcase_add_test(all, takes_the_later_of_two);
	tcase_add_loop_test(all, leaves_broken_lines_out, 0, UNIT_COUNT(broken));
	tcase_add_test(all, reads_in_pieces);
	tcase_add_test(all, opens_no_other_kind_of_file);
	tcase_add_test(all, opens_no_file_of_another_user);
}

UNIT_MAIN("perf_map", add)
