#include "tools/report/binary.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static unsigned char *self;
static size_t self_size;
static char path[64];

static void set_up(void)
{
	FILE *file = fopen("/proc/self/exe", "r");

	ck_assert_ptr_nonnull(file);
	self = malloc(64 << 20);
	ck_assert_ptr_nonnull(self);
	self_size = fread(self, 1, 64 << 20, file);
	fclose(file);
	snprintf(path, sizeof(path), "/tmp/check_binary.%d", getpid());
}

static void tear_down(void)
{
	unlink(path);
	free(self);
}

static bool read_damaged(size_t n, struct binary *out)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(self, 1, n, file), n);
	fclose(file);
	return binary_read(path, out);
}

static bool has_code_of(const struct binary *binary, uintptr_t address)
{
	for (size_t i = 0; i < binary->segment_count; i++)
		if (address - binary->segments[i].address < binary->segments[i].size)
			return true;
	return false;
}

extern char __executable_start; /* of the linker */

START_TEST(reads_itself)
{
	struct binary binary;
	uintptr_t address = (uintptr_t)read_damaged - (uintptr_t)&__executable_start;

	ck_assert(binary_read("/proc/self/exe", &binary));
	ck_assert_uint_ge(strlen(binary.build_id), 16);
	ck_assert_uint_eq(strspn(binary.build_id, "0123456789abcdef"), strlen(binary.build_id));
	ck_assert(has_code_of(&binary, binary.is_fixed ? (uintptr_t)read_damaged : address));
}
END_TEST

START_TEST(refuses)
{
	struct binary binary;

	ck_assert(!binary_read("/nonexistent", &binary));
	ck_assert(!binary_read("/tmp", &binary));
	ck_assert(!binary_read("/dev/null", &binary));
	ck_assert(!binary_read("/etc/passwd", &binary));
	ck_assert(!read_damaged(63, &binary));
}
END_TEST

/* The file is cut, and bytes of its headers and notes are changed. */
START_TEST(survives_damage)
{
	struct binary binary;
	unsigned seed = (unsigned)_i;

	for (int round = 0; round < 50; round++) {
		size_t at = (size_t)rand_r(&seed) % 2048 % self_size;
		unsigned char was = self[at];

		self[at] = (unsigned char)rand_r(&seed);
		read_damaged(round % 2 ? 4096 % self_size : (size_t)rand_r(&seed) % 4096, &binary);
		ck_assert_uint_lt(strlen(binary.build_id), sizeof(binary.build_id));
		ck_assert_uint_le(binary.segment_count, BINARY_SEGMENTS_MOST);
		self[at] = was;
	}
}
END_TEST

static void add(TCase *all)
{
	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_test(all, reads_itself);
	tcase_add_test(all, refuses);
	tcase_add_loop_test(all, survives_damage, 0, UNIT_SEEDS);
}

UNIT_MAIN("binary", add)
