#include "shim/boot.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "tests/unit/unit.h"

START_TEST(object_keeps_its_bytes_and_size)
{
	char *a = boot_malloc(100), *b = boot_malloc(1);

	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_nonnull(b);
	ck_assert_uint_eq((uintptr_t)a % 16, 0);
	ck_assert_uint_eq((uintptr_t)b % 16, 0);
	memset(a, 1, 100);
	ck_assert_uint_eq(boot_size(a), 100);
	ck_assert_uint_eq(boot_size(b), 1);
	ck_assert_uint_eq(boot_size(NULL), 0);
	ck_assert(boot_owns(a) && boot_owns(b));
	ck_assert(!boot_owns(NULL) && !boot_owns(&a));
}
END_TEST

START_TEST(calloc_zeroes_and_refuses_overflow)
{
	const char *p = boot_calloc(10, 10);

	ck_assert_uint_eq(boot_size(p), 100);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(p[i], 0);
	errno = 0;
	ck_assert_ptr_null(boot_calloc(SIZE_MAX / 2, 3));
	ck_assert_int_eq(errno, ENOMEM);
}
END_TEST

START_TEST(realloc_moves_what_fits)
{
	char *p = boot_malloc(3);

	memcpy(p, "abc", 3);
	p = boot_realloc(p, 100);
	ck_assert_mem_eq(p, "abc", 3);
	p = boot_realloc(p, 2);
	ck_assert_mem_eq(p, "ab", 2);
	ck_assert_ptr_nonnull(boot_realloc(NULL, 5));
}
END_TEST

/* No object lies past the arena's end, also when it is full to the last byte. */
START_TEST(full_arena_gives_no_more)
{
	const size_t sizes[] = {0, 1, 16, 4096, SIZE_MAX - 15, SIZE_MAX};
	const char *first = boot_malloc(0);
	const char *p, *last = first;

	while ((p = boot_malloc(0)) != NULL)
		last = p;
	ck_assert_int_eq(last - first, BOOT_BYTES - 16);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		errno = 0;
		ck_assert_ptr_null(boot_malloc(sizes[i]));
		ck_assert_int_eq(errno, ENOMEM);
	}
	ck_assert(!boot_owns(last + 16));
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, object_keeps_its_bytes_and_size);
	tcase_add_test(all, calloc_zeroes_and_refuses_overflow);
	tcase_add_test(all, realloc_moves_what_fits);
	tcase_add_test(all, full_arena_gives_no_more);
}

UNIT_MAIN("boot", add_tests)
