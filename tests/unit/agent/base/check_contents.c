#include "agent/base/contents.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char path[] = "/tmp/memagent-check-contents-XXXXXX";

static void put(const char *text, size_t len)
{
	int fd;

	strcpy(strrchr(path, '-') + 1, "XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
	close(fd);
}

static void expect(const struct contents *c, const char *text, size_t len)
{
	ck_assert_uint_eq(c->len, len);
	ck_assert_mem_eq(c->bytes, text, len);
}

START_TEST(keeps_what_the_file_had)
{
	static const char text[] = "line\n\0and more\n";
	struct contents c = {0};

	put(text, sizeof(text));
	ck_assert_int_eq(contents_read(&c, path), 0);
	unlink(path);
	expect(&c, text, sizeof(text));
	ck_assert_int_eq(contents_read(&c, path), -1);
	ck_assert_int_eq(errno, ENOENT);
	expect(&c, text, sizeof(text));
}
END_TEST

START_TEST(takes_new_contents)
{
	struct contents c = {0};

	put("old", 3);
	ck_assert_int_eq(contents_read(&c, path), 0);
	unlink(path);
	put("longer", 6);
	ck_assert_int_eq(contents_read(&c, path), 0);
	unlink(path);
	expect(&c, "longer", 6);
}
END_TEST

static void expect_error(const char *name, int error)
{
	struct contents c = {0};

	ck_assert_int_eq(contents_read(&c, name), -1);
	ck_assert_int_eq(errno, error);
	ck_assert_ptr_null(c.bytes);
}

START_TEST(says_why_it_cannot_read)
{
	put("", 0);
	expect_error(path, ENODATA);
	ck_assert_int_eq(truncate(path, (off_t)CONTENTS_MOST + 1), 0);
	expect_error(path, EFBIG);
	unlink(path);
	expect_error("/tmp", ENOTSUP);
	expect_error("/dev/null", ENOTSUP);
	/* Nothing writes to the FIFO: reading must not block. */
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	expect_error(path, ENOTSUP);
	unlink(path);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, keeps_what_the_file_had);
	tcase_add_test(all, takes_new_contents);
	tcase_add_test(all, says_why_it_cannot_read);
}

UNIT_MAIN("contents", add_tests)
