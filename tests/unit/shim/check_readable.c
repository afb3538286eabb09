#include "shim/readable.h"

#include <errno.h>
#include <sys/mman.h>

#include "tests/unit/unit.h"

#define PAGE ((uintptr_t)4096)

static struct readable known;

/* Map two pages, of which the second cannot be read. */
static uintptr_t map_two(void)
{
	char *p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert(p != MAP_FAILED && mprotect(p + PAGE, PAGE, PROT_NONE) == 0);
	known = (struct readable){{0}};
	return (uintptr_t)p;
}

START_TEST(only_what_is_mapped_can_be_read)
{
	uintptr_t p = map_two();

	errno = ENOENT;
	ck_assert(readable_bytes(&known, p, PAGE));
	ck_assert(readable_bytes(&known, p + PAGE - 8, 8));
	ck_assert(!readable_bytes(&known, p + PAGE, 8));
	ck_assert(!readable_bytes(&known, p + PAGE - 8, 9));
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(the_first_page_is_not_taken_for_known)
{
	map_two();
	ck_assert(!readable_bytes(&known, 0, 8));
	ck_assert(!readable_bytes(&known, 16, 8));
	ck_assert(!readable_bytes(&known, UINTPTR_MAX - 7, 16));
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, only_what_is_mapped_can_be_read);
	tcase_add_test(all, the_first_page_is_not_taken_for_known);
}

UNIT_MAIN("readable", add_tests)
