#include "agent/settings/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define LONGEST (SECRET_BYTES - 1)

/* Read a file of ${len} bytes of ${text} as a secret. */
static int read_from(const char *text, size_t len, char out[SECRET_BYTES])
{
	char path[] = "/tmp/memagent-check-secret-XXXXXX";
	int fd = mkstemp(path);
	int result;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
	close(fd);
	strcpy(out, "old");
	errno = 0;
	result = secret_read(path, out);
	unlink(path);
	return result;
}

static void expect_error(const char *path, int error)
{
	char out[SECRET_BYTES] = "old";

	errno = 0;
	ck_assert_int_eq(secret_read(path, out), -1);
	ck_assert_int_eq(errno, error);
	ck_assert_str_eq(out, "old");
}

static const struct {
	const char *text;
	const char *secret;
} good[] = {
    {"secret\n", "secret"},
    {"secret", "secret"},
    {"secret\r\n", "secret"},
    {"first\nsecond\n", "first"},
    {"x", "x"},
    {" spaces are part of it \n", " spaces are part of it "},
    {"\tand tabs\n", "\tand tabs"},
    {"p\xc3\xa4ss,w=rd\\\"'\n", "p\xc3\xa4ss,w=rd\\\"'"},
};

START_TEST(takes_the_first_line)
{
	char out[SECRET_BYTES];

	ck_assert_int_eq(read_from(good[_i].text, strlen(good[_i].text), out), 0);
	ck_assert_str_eq(out, good[_i].secret);
}
END_TEST

static const char *const empty[] = {"", "\n", "\r\n", "\nsecond\n"};

START_TEST(refuses_an_empty_line)
{
	char out[SECRET_BYTES];

	ck_assert_int_eq(read_from(empty[_i], strlen(empty[_i]), out), -1);
	ck_assert_int_eq(errno, ENODATA);
	ck_assert_str_eq(out, "old");
}
END_TEST

static const char *const ends[] = {"", "\n", "\r\n", "\nsecond\n"};

START_TEST(takes_up_to_the_longest)
{
	char text[SECRET_BYTES + 16], longest[SECRET_BYTES], out[SECRET_BYTES];

	unit_repeat(longest, 'x', LONGEST);
	strcat(strcpy(text, longest), ends[_i]);
	ck_assert_int_eq(read_from(text, strlen(text), out), 0);
	ck_assert_str_eq(out, longest);

	strcat(unit_repeat(text, 'x', LONGEST + 1), ends[_i]);
	ck_assert_int_eq(read_from(text, strlen(text), out), -1);
	ck_assert_int_eq(errno, EMSGSIZE);
	ck_assert_str_eq(out, "old");
}
END_TEST

START_TEST(does_not_take_more_than_a_line)
{
	static char text[1 << 20];
	char out[SECRET_BYTES];

	memset(text, 'x', sizeof(text));
	ck_assert_int_eq(read_from(text, sizeof(text), out), -1);
	ck_assert_int_eq(errno, EMSGSIZE);
	text[6] = '\n';
	ck_assert_int_eq(read_from(text, sizeof(text), out), 0);
	ck_assert_str_eq(out, "xxxxxx");
}
END_TEST

START_TEST(says_why_it_cannot_read)
{
	expect_error("/nowhere/secret", ENOENT);
	expect_error("", ENOENT);
	expect_error("/dev/null/secret", ENOTDIR);
	expect_error("/tmp", EISDIR);
	expect_error("/dev/null", ENODATA);
}
END_TEST

START_TEST(does_not_wait_for_a_pipe)
{
	char dir[] = "/tmp/memagent-check-secret-XXXXXX";

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	ck_assert_int_eq(mkfifo("pipe", 0600), 0);
	expect_error("pipe", ENODATA);
	unlink("pipe");
	rmdir(dir);
}
END_TEST

START_TEST(leaves_no_file_open)
{
	char out[SECRET_BYTES];
	int first = open("/dev/null", O_RDONLY);
	int then;

	close(first);
	read_from("secret\n", 7, out);
	read_from("", 0, out);
	secret_read("/tmp", out);
	then = open("/dev/null", O_RDONLY);
	ck_assert_int_eq(then, first);
	close(then);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, takes_the_first_line, 0, UNIT_COUNT(good));
	tcase_add_loop_test(all, refuses_an_empty_line, 0, UNIT_COUNT(empty));
	tcase_add_loop_test(all, takes_up_to_the_longest, 0, UNIT_COUNT(ends));
	tcase_add_test(all, does_not_take_more_than_a_line);
	tcase_add_test(all, says_why_it_cannot_read);
	tcase_add_test(all, does_not_wait_for_a_pipe);
	tcase_add_test(all, leaves_no_file_open);
}

UNIT_MAIN("secret", add_tests)
