#include "agent/measure/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <unistd.h>

#include "agent/encode/fields.h"
#include "tests/unit/unit.h"

/* As Linux 6.1 writes it, shortened. */
static const char sample[] = "Name:\tinfluxd\n"
			     "Umask:\t0022\n"
			     "State:\tS (sleeping)\n"
			     "Groups:\t \n"
			     "VmPeak:\t 2000000 kB\n"
			     "VmSize:\t 1234567 kB\n"
			     "VmLck:\t       0 kB\n"
			     "VmHWM:\t   65432 kB\n"
			     "VmRSS:\t   54321 kB\n"
			     "RssAnon:\t    4321 kB\n"
			     "VmData:\t  999999 kB\n"
			     "VmStk:\t     132 kB\n"
			     "VmSwap:\t       0 kB\n"
			     "HugetlbPages:\t       0 kB\n"
			     "Threads:\t17\n"
			     "SigQ:\t0/63432\n"
			     "Seccomp:\t0\n"
			     "nonvoluntary_ctxt_switches:\t5\n";

/* Parse an exactly sized copy, so that a sanitizer finds reads past its end. */
static int parse(const char *text, size_t len, int64_t *out)
{
	char *copy = malloc(len ? len : 1);
	int result;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, len);
	memset(out, 0x55, sizeof(*out));
	errno = 0;
	result = proc_status_parse(copy, len, out);
	free(copy);
	return result;
}

static void expect_unknown(const int64_t *s)
{
	ck_assert_int_eq(s[FIELD_sys_bytes], -1);
	ck_assert_int_eq(s[FIELD_rss_bytes], -1);
	ck_assert_int_eq(s[FIELD_rss_peak_bytes], -1);
	ck_assert_int_eq(s[FIELD_swap_bytes], -1);
	ck_assert_int_eq(s[FIELD_stack_bytes], -1);
	ck_assert_int_eq(s[FIELD_threads], -1);
}

START_TEST(parses_what_the_kernel_writes)
{
	int64_t s[FIELDS];

	ck_assert_int_eq(parse(sample, strlen(sample), s), 0);
	ck_assert_int_eq(s[FIELD_sys_bytes], 1234567 * 1024);
	ck_assert_int_eq(s[FIELD_rss_peak_bytes], 65432 * 1024);
	ck_assert_int_eq(s[FIELD_rss_bytes], 54321 * 1024);
	ck_assert_int_eq(s[FIELD_stack_bytes], 132 * 1024);
	ck_assert_int_eq(s[FIELD_swap_bytes], 0);
	ck_assert_int_eq(s[FIELD_threads], 17);
}
END_TEST

START_TEST(leaves_out_what_is_not_there)
{
	static const char *const texts[] = {"Threads:\t3\n", "Threads:\t3",
					    "Threads: 3\nVmX:\t1 kB", "Name:\tVmRSS\nThreads:\t3\n",
					    "\n\nThreads:\t3\n\n"};
	int64_t s[FIELDS];

	/* A kernel thread, or a process that has released its memory, has no such line. */
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		ck_assert_int_eq(parse(texts[i], strlen(texts[i]), s), 0);
		ck_assert_int_eq(s[FIELD_threads], 3);
		s[FIELD_threads] = -1;
		expect_unknown(s);
	}
}
END_TEST

START_TEST(takes_the_largest_numbers)
{
	static const char text[] = "VmSize:\t9007199254740991 kB\nThreads:\t9223372036854775807\n";
	int64_t s[FIELDS];

	ck_assert_int_eq(parse(text, strlen(text), s), 0);
	ck_assert_int_eq(s[FIELD_sys_bytes], INT64_MAX - 1023);
	ck_assert_int_eq(s[FIELD_threads], INT64_MAX);
}
END_TEST

static const char *const malformed[] = {
    "",
    "\n",
    "Name:\tcat\n",
    "vmrss:\t1 kB\n",
    "VmRSS\t1 kB\n",
    " VmRSS:\t1 kB\n", /* a key stands at the start of its line */
    "VmRSS:",
    "VmRSS:\n",
    "VmRSS:\t\n1 kB\n",
    "VmRSS:\tkB\n",
    "VmRSS:\t-1 kB\n",
    "VmRSS:\t+1 kB\n",
    "VmRSS:\t0x10 kB\n",
    "VmRSS:\t12kB\n",
    "VmRSS:\t1.5 kB\n",
    "VmRSS:\t9007199254740992 kB\n", /* 2^63 bytes */
    "Threads:\t9223372036854775808\n",
    "VmRSS:\t99999999999999999999999999 kB\n",
    "VmSize:\t1 kB\nVmRSS:\tmuch\nThreads:\t1\n", /* one malformed line spoils all */
};

START_TEST(refuses_malformed_text)
{
	int64_t s[FIELDS];

	ck_assert_msg(parse(malformed[_i], strlen(malformed[_i]), s) == -1, "%s", malformed[_i]);
	ck_assert_int_eq(errno, EBADMSG);
	expect_unknown(s);
}
END_TEST

START_TEST(takes_a_nul_like_any_byte)
{
	static const char text[] = "Name:\ta\0b\nThreads:\t3\n";
	static const char bad[] = "Threads:\t3\0\n";
	int64_t s[FIELDS];

	ck_assert_int_eq(parse(text, sizeof(text) - 1, s), 0);
	ck_assert_int_eq(s[FIELD_threads], 3);
	ck_assert_int_eq(parse(bad, sizeof(bad) - 1, s), -1);
}
END_TEST

/* Wherever the text is cut, nothing past the cut is read. */
START_TEST(survives_any_cut)
{
	int64_t s[FIELDS];

	for (size_t len = 0; len <= strlen(sample); len++)
		if (parse(sample, len, s) == -1)
			expect_unknown(s);
}
END_TEST

START_TEST(survives_any_damage)
{
	uint64_t seed = (uint64_t)_i;
	int64_t s[FIELDS];

	for (int round = 0; round < 2000; round++) {
		char text[sizeof(sample)];

		memcpy(text, sample, sizeof(text));
		for (int i = 0; i < 5; i++)
			text[unit_pick(&seed, sizeof(text))] = (char)unit_random(&seed);
		if (parse(text, sizeof(text), s) == -1)
			expect_unknown(s);
	}
}
END_TEST

static void *wait_in_pipe(void *arg)
{
	char byte;

	(void)!read(*(const int *)arg, &byte, 1);
	return NULL;
}

START_TEST(reads_this_process_anew_each_time)
{
	int64_t before[FIELDS], after[FIELDS];
	pthread_t thread;
	int ends[2];
	int fd = proc_open();

	ck_assert_int_ge(fd, 0);
	ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_int_eq(proc_status_read(fd, before), 0);
	ck_assert_int_gt(before[FIELD_rss_bytes], 0);
	ck_assert_int_ge(before[FIELD_rss_peak_bytes], before[FIELD_rss_bytes]);
	ck_assert_int_ge(before[FIELD_sys_bytes], before[FIELD_rss_bytes]);
	ck_assert_int_gt(before[FIELD_stack_bytes], 0);
	ck_assert_int_ge(before[FIELD_swap_bytes], 0);
	ck_assert_int_ge(before[FIELD_threads], 1);

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, wait_in_pipe, &ends[0]), 0);
	ck_assert_int_eq(proc_status_read(fd, after), 0);
	ck_assert_int_eq(after[FIELD_threads], before[FIELD_threads] + 1);
	close(ends[1]);
	pthread_join(thread, NULL);
	close(ends[0]);
	close(fd);
}
END_TEST

#define GROUPS 1000

/* The line of groups comes before the needed ones, and a directory service makes it long. */
START_TEST(reads_behind_many_groups)
{
	static gid_t groups[GROUPS];
	int64_t s[FIELDS];
	int fd = proc_open();

	for (gid_t i = 0; i < GROUPS; i++)
		groups[i] = 1000000000 + i;
	ck_assert_int_ge(fd, 0);
	if (setgroups(GROUPS, groups)) {
		ck_assert_int_eq(errno, EPERM); /* not root: nothing to test */
		return;
	}
	ck_assert_int_eq(proc_status_read(fd, s), 0);
	ck_assert_int_gt(s[FIELD_sys_bytes], 0);
	ck_assert_int_gt(s[FIELD_rss_bytes], 0);
	ck_assert_int_ge(s[FIELD_threads], 1);
	close(fd);
}
END_TEST

START_TEST(says_when_it_cannot_read)
{
	int64_t s[FIELDS];
	int fd = open("/dev/null", O_RDONLY);

	errno = 0;
	ck_assert_int_eq(proc_status_read(-1, s), -1);
	ck_assert_int_eq(errno, EBADF);
	expect_unknown(s);

	ck_assert_int_ge(fd, 0);
	memset(s, 0x55, sizeof(s));
	ck_assert_int_eq(proc_status_read(fd, s), -1);
	ck_assert_int_eq(errno, EBADMSG);
	expect_unknown(s);
	close(fd);
}
END_TEST

/* The delivered lines, joined by newlines, and their number. */
static struct {
	char text[1 << 16];
	size_t used;
	int lines, stop_after;
	size_t longest;
} seen;

static int see(void *arg, const char *text, size_t len)
{
	ck_assert_ptr_eq(arg, &seen);
	ck_assert_ptr_null(memchr(text, '\n', len));
	ck_assert_uint_lt(seen.used + len, sizeof(seen.text));
	memcpy(seen.text + seen.used, text, len);
	seen.used += len;
	seen.text[seen.used++] = '\n';
	if (len > seen.longest)
		seen.longest = len;
	return ++seen.lines == seen.stop_after ? 42 : 0;
}

/* Return the result of reading ${len} bytes of ${text}. */
static int see_all(const char *text, size_t len, int stop_after)
{
	char path[] = "/tmp/memagent-check-proc-XXXXXX";
	int fd = mkstemp(path);
	int result;

	ck_assert_int_ge(fd, 0);
	unlink(path);
	ck_assert_int_eq(write(fd, text, len), (ssize_t)len); /* it is read from the start */
	memset(&seen, 0, sizeof(seen));
	seen.stop_after = stop_after;
	result = proc_each_line(fd, see, &seen);
	close(fd);
	return result;
}

START_TEST(hands_out_lines)
{
	ck_assert_int_eq(see_all("", 0, 0), 0);
	ck_assert_int_eq(seen.lines, 0);
	ck_assert_int_eq(see_all("a\n\nbc\nd", 7, 0), 0);
	ck_assert_str_eq(seen.text, "a\n\nbc\nd\n");
	ck_assert_int_eq(seen.lines, 4);
	ck_assert_int_eq(see_all("a\nb\nc\n", 6, 2), 42);
	ck_assert_str_eq(seen.text, "a\nb\n");
	errno = 0;
	ck_assert_int_eq(proc_each_line(-1, see, &seen), -1);
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

START_TEST(hands_out_long_lines_in_pieces)
{
	static char text[3 * 4096 + 100];
	int lines = 0;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 50] = '\n';
	ck_assert_int_eq(see_all(text, sizeof(text), 0), 0);
	ck_assert_uint_le(seen.longest, 4096);
	for (size_t i = 0; i < seen.used; i++)
		lines += seen.text[i] == '\n';
	ck_assert_uint_eq(seen.used - (size_t)lines, sizeof(text) - 1); /* no byte is lost */
	ck_assert_int_eq(strncmp(seen.text + seen.used - 51, text + sizeof(text) - 50, 50), 0);
}
END_TEST

/* Wherever a line is, also across two reads. */
START_TEST(hands_out_what_there_is)
{
	static char text[20000];
	uint64_t seed = (uint64_t)_i;
	size_t most = 1 + unit_pick(&seed, 300);

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(unit_pick(&seed, most) ? 'a' + (char)(i % 26) : '\n');
	text[sizeof(text) - 1] = '\n';
	ck_assert_int_eq(see_all(text, sizeof(text), 0), 0);
	ck_assert_uint_eq(seen.used, sizeof(text));
	ck_assert_int_eq(memcmp(seen.text, text, sizeof(text)), 0);
}
END_TEST

START_TEST(reads_times_and_faults)
{
	int64_t before[FIELDS], after[FIELDS];
	uint64_t seed = 1, work = 0;

	ck_assert_int_eq(proc_usage_read(before), 0);
	ck_assert_int_ge(before[FIELD_cpu_sys_ns], 0);
	ck_assert_int_gt(before[FIELD_minor_faults], 0);
	ck_assert_int_ge(before[FIELD_major_faults], 0);
	do {
		for (int i = 0; i < 100000; i++)
			work += unit_random(&seed) == 0;
		ck_assert_int_eq(proc_usage_read(after), 0);
	} while (after[FIELD_cpu_user_ns] - before[FIELD_cpu_user_ns] < 10 * 1000000);
	ck_assert_uint_lt(work, UINT64_MAX);
	ck_assert_int_ge(after[FIELD_minor_faults], before[FIELD_minor_faults]);
	ck_assert_int_ge(after[FIELD_cpu_sys_ns], before[FIELD_cpu_sys_ns]);
	/* The unit is nanoseconds, so the value is small. */
	ck_assert_int_lt(after[FIELD_cpu_user_ns] - before[FIELD_cpu_user_ns],
			 INT64_C(60) * 1000000000);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, parses_what_the_kernel_writes);
	tcase_add_test(all, leaves_out_what_is_not_there);
	tcase_add_test(all, takes_the_largest_numbers);
	tcase_add_loop_test(all, refuses_malformed_text, 0, UNIT_COUNT(malformed));
	tcase_add_test(all, takes_a_nul_like_any_byte);
	tcase_add_test(all, survives_any_cut);
	tcase_add_loop_test(all, survives_any_damage, 0, UNIT_SEEDS);
	tcase_add_test(all, reads_this_process_anew_each_time);
	tcase_add_test(all, reads_behind_many_groups);
	tcase_add_test(all, says_when_it_cannot_read);
	tcase_add_test(all, hands_out_lines);
	tcase_add_test(all, hands_out_long_lines_in_pieces);
	tcase_add_loop_test(all, hands_out_what_there_is, 0, UNIT_SEEDS);
	tcase_add_test(all, reads_times_and_faults);
}

UNIT_MAIN("proc", add_tests)
