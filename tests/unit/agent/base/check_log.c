#include "agent/base/log.h"

#include <stdio.h>
#include <unistd.h>

#include "agent/base/clock.h"
#include "tests/unit/unit.h"

#define REFUSED "cannot deliver: 127.0.0.1 port 8086 after 3 ms: refused"

/* A clock that the test sets. */
static int64_t now = 1000 * CLOCK_S;
static char path[] = "/tmp/memagent-check-log-XXXXXX";

int64_t clock_mono_ns(void)
{
	return now;
}

static void open_log(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	log_open(path, 7, NULL);
}

static void remove_log(void)
{
	unlink(path);
}

static void expect(const char *wanted)
{
	char text[4096];
	FILE *f = fopen(path, "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	ck_assert_str_eq(text, wanted);
}

START_TEST(says_the_same_once)
{
	log_say(LOG_SEND, "cannot deliver: %s after %d ms: refused", "127.0.0.1 port 8086", 3);
	now += 3600 * CLOCK_S;
	log_say(LOG_SEND, REFUSED);
	/* Another duration alone is not a new line. */
	log_say(LOG_SEND, "cannot deliver: 127.0.0.1 port 8086 after 14 ms: refused");
	expect("memagent[7]: " REFUSED "\n");
}
END_TEST

START_TEST(says_another_reason)
{
	log_say(LOG_SEND, "the server answers 503");
	now += 61 * CLOCK_S;
	log_say(LOG_SEND, "the server answers 401");
	expect("memagent[7]: the server answers 503\nmemagent[7]: the server answers 401\n");
}
END_TEST

START_TEST(says_it_again_when_it_was_over)
{
	log_say(LOG_SEND, REFUSED);
	now += 61 * CLOCK_S;
	log_resolved(LOG_SPOOL);
	log_say(LOG_SEND, REFUSED);
	expect("memagent[7]: " REFUSED "\n");
	log_resolved(LOG_SEND);
	log_say(LOG_SEND, REFUSED);
	expect("memagent[7]: " REFUSED "\nmemagent[7]: " REFUSED "\n");
}
END_TEST

/* A line that was held back in that minute is printed after it if it is still true. */
START_TEST(says_one_line_a_minute)
{
	log_say(LOG_SEND, "one");
	log_say(LOG_SEND, "two");
	log_resolved(LOG_SEND);
	log_say(LOG_SEND, "one");
	expect("memagent[7]: one\n");
	log_say(LOG_END, "of another kind");
	now += 61 * CLOCK_S;
	log_say(LOG_SEND, "two");
	expect("memagent[7]: one\nmemagent[7]: of another kind\nmemagent[7]: two\n");
}
END_TEST

/* A line about settings does not hold back one about files. */
static bool by_the_parent(enum log_kind kind)
{
	return kind == LOG_CONFIG;
}

START_TEST(says_all_of_the_settings)
{
	log_say(LOG_CONFIG, "one");
	log_say(LOG_CONFIG, "two");
	expect("memagent[7]: one\nmemagent[7]: two\n");
	log_open(path, 8, by_the_parent);
	log_say(LOG_CONFIG, "three");
	expect("memagent[7]: one\nmemagent[7]: two\n");
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_checked_fixture(all, open_log, remove_log);
	tcase_add_test(all, says_the_same_once);
	tcase_add_test(all, says_another_reason);
	tcase_add_test(all, says_it_again_when_it_was_over);
	tcase_add_test(all, says_one_line_a_minute);
	tcase_add_test(all, says_all_of_the_settings);
}

UNIT_MAIN("log", add_tests)
