#include "agent/base/fnv.h"

#include "tests/unit/unit.h"

/* Test vectors of the algorithm's authors. */
static const struct {
	const char *text;
	uint64_t hash;
} rows[] = {
    {"", UINT64_C(0xcbf29ce484222325)},
    {"a", UINT64_C(0xaf63dc4c8601ec8c)},
    {"foobar", UINT64_C(0x85944171f73967e8)},
};

START_TEST(agrees_with_the_vectors)
{
	const char *text = rows[_i].text;

	ck_assert_uint_eq(fnv_add(FNV_START, text, strlen(text)), rows[_i].hash);
}
END_TEST

START_TEST(pieces_hash_as_the_whole)
{
	uint64_t whole = fnv_add(FNV_START, "foobar", 6);

	for (size_t n = 0; n <= 6; n++)
		ck_assert_uint_eq(fnv_add(fnv_add(FNV_START, "foobar", n), &"foobar"[n], 6 - n),
				  whole);
}
END_TEST

/* A char may be signed; the hash is of unsigned bytes. */
START_TEST(bytes_are_unsigned)
{
	static const char byte[] = {'\xff'};

	ck_assert_uint_eq(fnv_add(FNV_START, byte, 1),
			  (FNV_START ^ 0xff) * UINT64_C(0x100000001b3));
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, agrees_with_the_vectors, 0, UNIT_COUNT(rows));
	tcase_add_test(all, pieces_hash_as_the_whole);
	tcase_add_test(all, bytes_are_unsigned);
}

UNIT_MAIN("fnv", add_tests)
