#include "agent/guest/resident.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* A library that this program is not linked to, and two of its functions that are far apart. */
#define LIBRARY "libcurl.so.4"

typedef const char *says(int code);

static void *library;

static void *function(const char *name)
{
	void *found;

	if (library == NULL)
		library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	ck_assert_msg(library != NULL, "%s", dlerror());
	found = dlsym(library, name);
	ck_assert_ptr_nonnull(found);
	return found;
}

static char *page_of(const void *p)
{
	return (char *)((uintptr_t)p & ~((uintptr_t)getpagesize() - 1));
}

/* Return whether the page of ${p} is resident. */
static bool is_resident(const void *p)
{
	int pagemap = open("/proc/self/pagemap", O_RDONLY);
	uint64_t page = 0;

	ck_assert_int_ge(pagemap, 0);
	ck_assert_int_eq(pread(pagemap, &page, sizeof(page),
			       (off_t)((uintptr_t)p / (uintptr_t)getpagesize() * sizeof(page))),
			 sizeof(page));
	close(pagemap);
	return page >> 63;
}

/* As a debugger does; the byte is never executed. */
static void write_breakpoint(char *at)
{
	const size_t bytes = (size_t)getpagesize();

	ck_assert_int_eq(mprotect(page_of(at), bytes, PROT_READ | PROT_WRITE), 0);
	*at = (char)0xcc;
	ck_assert_int_eq(mprotect(page_of(at), bytes, PROT_READ | PROT_EXEC), 0);
}

START_TEST(sheds_what_was_loaded)
{
	int before = resident_objects();
	says *strerror_of = (says *)function("curl_easy_strerror");
	char said[100];

	ck_assert_int_gt(resident_objects(), before);
	strncpy(said, strerror_of(7), sizeof(said) - 1);
	ck_assert(is_resident((void *)strerror_of));
	resident_drop(before);
	ck_assert(!is_resident((void *)strerror_of));
	/* Its contents are unchanged. */
	ck_assert_str_eq(strerror_of(7), said);
	ck_assert(is_resident((void *)strerror_of));
}
END_TEST

START_TEST(leaves_what_was_there_before)
{
	says *strerror_of = (says *)function("curl_easy_strerror");
	int before = resident_objects();

	strerror_of(7);
	/* A library of libc's package, which exists and which nothing else needs. */
	ck_assert_ptr_nonnull(dlopen("libBrokenLocale.so.1", RTLD_NOW | RTLD_LOCAL));
	ck_assert_int_eq(resident_objects(), before + 1);
	resident_drop(before);
	ck_assert(is_resident((void *)strerror_of));
}
END_TEST

START_TEST(leaves_what_was_written_to)
{
	int before = resident_objects();
	char *cleanup = function("curl_global_cleanup");
	char *strerror_of = function("curl_easy_strerror");

	ck_assert_ptr_ne(page_of(cleanup), page_of(strerror_of));
	write_breakpoint(cleanup);
	((says *)(void *)strerror_of)(7);
	resident_drop(before);
	ck_assert(is_resident(cleanup));
	ck_assert_int_eq(*cleanup, (char)0xcc);
	ck_assert(!is_resident(strerror_of));
}
END_TEST

START_TEST(leaves_no_file_open)
{
	int before = resident_objects();
	int first = open("/dev/null", O_RDONLY);
	int then;

	function("curl_easy_strerror");
	close(first);
	resident_drop(before);
	then = open("/dev/null", O_RDONLY);
	ck_assert_int_eq(then, first);
	close(then);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, sheds_what_was_loaded);
	tcase_add_test(all, leaves_what_was_there_before);
	tcase_add_test(all, leaves_what_was_written_to);
	tcase_add_test(all, leaves_no_file_open);
}

UNIT_MAIN("resident", add_tests)
