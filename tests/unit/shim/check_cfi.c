#include "shim/sites/cfi.h"

#include <stdio.h>
#include <sys/mman.h>

#include "shim/cc.h"
#include "tests/unit/shim/unwind_table.h"
#include "tests/unit/unit.h"

/* Registers and code are those of x86-64. */
#ifdef __x86_64__

static struct unwind_table table;

/* Return the rule for the byte ${offset} of the function. */
static rule rule_at(size_t offset)
{
	uintptr_t header = table.image.unwind_table;

	return cfi_rule(&table.image, header, header + TABLE_CODE + offset);
}

#	define MAKE(...)                                                                          \
		do {                                                                               \
			const uint8_t code[] = {__VA_ARGS__};                                      \
                                                                                                   \
			table_make(&table, code, sizeof(code));                                    \
		} while (0)

static void check(size_t offset, enum rule_kind kind, long cfa, long fp)
{
	rule r = rule_at(offset);

	ck_assert_uint_eq(rule_kind(r), kind);
	ck_assert_int_eq(rule_cfa(r), cfa);
	ck_assert_int_eq(-(long)rule_fp(r), fp);
	ck_assert_uint_eq(rule_ra(r), kind <= RULE_FP_DEREF ? 8 : 0);
}

START_TEST(rows_follow_the_code)
{
	/* push %rbp; mov %rsp, %rbp; ... pop; a second part after the first return */
	MAKE(0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6, 0x02, 100, 0x0a, 0xc6, 0x0c, 7, 8, 0x41, 0x0b);
	check(0, RULE_SP, 8, 0);
	check(1, RULE_SP, 16, -16);
	check(3, RULE_SP, 16, -16);
	check(4, RULE_FP, 16, -16);
	check(103, RULE_FP, 16, -16);
	check(104, RULE_SP, 8, 0);
	check(105, RULE_FP, 16, -16);
	check(TABLE_CODE_BYTES - 1, RULE_FP, 16, -16);
}
END_TEST

START_TEST(all_forms_of_advance)
{
	MAKE(0x41, 0x0e, 16, 0x02, 1, 0x0e, 24, 0x03, 1, 0, 0x0e, 32, 0x04, 1, 0, 0, 0, 0x0e, 40,
	     0x00, 0x00);
	for (long i = 0; i < 5; i++)
		check((size_t)i, RULE_SP, 8 + 8 * i, 0);
}
END_TEST

START_TEST(forms_that_mean_the_same)
{
	MAKE(0x05, 6, 2); /* offset_extended */
	check(0, RULE_SP, 8, -16);
	MAKE(0x11, 6, 2); /* offset_extended_sf */
	check(0, RULE_SP, 8, -16);
	MAKE(0x12, 7, 0x7e); /* def_cfa_sf */
	check(0, RULE_SP, 16, 0);
	MAKE(0x13, 0x7d); /* def_cfa_offset_sf */
	check(0, RULE_SP, 24, 0);
	MAKE(0x86, 2, 0x41, 0x06, 6); /* restore_extended */
	check(1, RULE_SP, 8, 0);
	MAKE(0x86, 2, 0x08, 6); /* same_value */
	check(0, RULE_SP, 8, 0);
	MAKE(0x0e, 0x90, 0x80, 0x01); /* a number of three bytes */
	check(0, RULE_SP, 0x4010, 0);
	MAKE(0x2e, 16, 0x0e, 16); /* GNU_args_size means nothing here */
	check(0, RULE_SP, 16, 0);
}
END_TEST

START_TEST(other_registers_do_not_matter)
{
	/* rbx and r15 in all ways; also rax as an expression of any kind */
	MAKE(0x83, 3, 0x8f, 2, 0x09, 3, 1, 0x14, 3, 1, 0x15, 3, 1, 0x07, 0, 0x16, 0, 1, 0xff, 0x10,
	     0, 1, 0xff, 0xc3, 0x06, 15);
	check(0, RULE_SP, 8, 0);
}
END_TEST

START_TEST(aligned_stack)
{
	/* CFA = *(rbp - 8), rbp is at rbp + 0 */
	MAKE(0x0f, 3, 0x76, 0x78, 0x06, 0x10, 6, 2, 0x76, 0);
	check(0, RULE_FP_DEREF, -8, 0);
	/* without the saved rbp */
	MAKE(0x0f, 3, 0x76, 0x78, 0x06);
	check(0, RULE_BAD, 0, 0);
}
END_TEST

START_TEST(entries_of_the_plt)
{
	/* CFA = rsp + 8 + ((rip & 15) >= 11) * 8; the code of the test begins at a multiple of 16
	 */
	MAKE(0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22);
	for (size_t i = 0; i < 32; i++) {
		uintptr_t at = table.image.unwind_table + TABLE_CODE + i;

		check(i, RULE_SP, at % 16 >= 11 ? 16 : 8, 0);
	}
}
END_TEST

static void make_signal(uint8_t sp_offset)
{
	const uint8_t encoding = 0x1b;
	/* CFA = *(rsp + 160); rbp at rsp + 120, rip at rsp + 168 */
	const uint8_t code[] = {0x0f, 4,    0x77, sp_offset, 0x01, 0x06, 0x10, 6,    3,
				0x77, 0xf8, 0x00, 0x10,	     16,   3,	 0x77, 0xa8, 0x01};

	table.size = 0;
	table_header(&table);
	table_cie(&table, "zRS", &encoding, 1, "", 0);
	table_fde(&table, code, sizeof(code));
	table_load(&table.image, &table.segment, table.bytes, table.size, &table.readable);
}

START_TEST(frame_of_a_signal)
{
	make_signal(0xa0);
	check(0, RULE_SIGNAL, 0, 0);
	make_signal(0xa8);
	check(0, RULE_BAD, 0, 0);
}
END_TEST

START_TEST(outermost_frame)
{
	MAKE(0x07, 16);
	check(0, RULE_OUTERMOST, 0, 0);
}
END_TEST

START_TEST(address_outside_of_the_function)
{
	MAKE(0);
	check(TABLE_CODE_BYTES - 1, RULE_SP, 8, 0);
	check(TABLE_CODE_BYTES, RULE_NONE, 0, 0);
	check((size_t)-1, RULE_NONE, 0, 0);
	check((size_t) - (2 * TABLE_CODE), RULE_NONE, 0, 0);
}
END_TEST

/* What cannot be a rule is none, and never a wrong one. */
START_TEST(instructions_beyond_a_rule)
{
	const uint8_t bad[][8] = {
	    {0x0c, 3, 16},		    /* CFA = rbx + 16 */
	    {0x0e, 12},			    /* not whole words */
	    {0x0e, 0x80, 0x80, 0x80, 0x20}, /* too large */
	    {0x0e, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
	    {0x2f, 6, 2}, /* rbp is above the frame */
	    {0x11, 6, 0x7e},
	    {0x09, 6, 3},	      /* rbp is in rbx */
	    {0x86, 0xff, 0xff, 0x3f}, /* rbp is too far away */
	    {0x86, 0},		      /* rbp at CFA is the caller's */
	    {0x90, 0},
	    {0x08, 16},			    /* the return address is in no register */
	    {0x0b},			    /* restore_state without remember_state */
	    {0x0a, 0x0a, 0x0a, 0x0a, 0x0a}, /* too deep */
	    {0x01, 0, 0, 0, 0},		    /* set_loc */
	    {0x3f},			    /* unknown */
	    {0x0f, 3, 0x77, 8, 0x2f},	    /* an unknown operation */
	    {0x0f, 4, 0x77, 8, 0x77, 8},    /* two values */
	    {0x0f, 1, 0x06},		    /* no value */
	    {0x0f, 5, 0x30, 0x30, 0x30, 0x30, 0x30},
	    {0x0f, 1, 0x31},	      /* CFA = 1 */
	    {0x0f, 3, 0x77, 8, 0x06}, /* CFA = *(rsp + 8) */
	};

	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		table_make(&table, bad[i], sizeof(bad[i]));
		ck_assert_msg(rule_kind(rule_at(0)) == RULE_BAD, "%zu is not bad", i);
	}
}
END_TEST

START_TEST(other_augmentations)
{
	/* "zPLR" of C++: a personality of 4 bytes, encodings of both; and unknown ones */
	const uint8_t cxx[] = {0x9b, 1, 2, 3, 4, 0x1b, 0x1b}, encoding[] = {0x1b};

	table.size = 0;
	table_header(&table);
	table_cie(&table, "zPLR", cxx, sizeof(cxx), table_usual_code, sizeof(table_usual_code));
	table_fde(&table, "", 0);
	table_load(&table.image, &table.segment, table.bytes, table.size, &table.readable);
	check(0, RULE_SP, 8, 0);

	table.size = 0;
	table_header(&table);
	table_cie(&table, "zRX", encoding, 1, table_usual_code, sizeof(table_usual_code));
	table_fde(&table, "", 0);
	table_load(&table.image, &table.segment, table.bytes, table.size, &table.readable);
	check(0, RULE_BAD, 0, 0);
}
END_TEST

/* The table that is cut off at any place: the pages behind it cannot be read. */
START_TEST(nothing_behind_the_end_is_read)
{
	const uint8_t code[] = {0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6};
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned described = 0;

	ck_assert_ptr_ne(pages, MAP_FAILED);
	ck_assert_int_eq(mprotect(pages + 4096, 4096, PROT_NONE), 0);
	table_make(&table, code, sizeof(code));
	for (size_t n = 0; n <= table.size; n++) {
		struct image image;
		struct readable readable;
		ElfW(Phdr) segment;
		uintptr_t header = (uintptr_t)pages + 4096 - n;

		memcpy((char *)header, table.bytes, n);
		table_load(&image, &segment, (char *)header, n, &readable);
		described += rule_kind(cfi_rule(&image, header, header + TABLE_CODE)) == RULE_SP;
	}
	ck_assert_uint_eq(described, 1);
}
END_TEST

/* The program headers may say more than is mapped. */
START_TEST(segment_beyond_the_object_is_not_read)
{
	MAKE(0);
	table.image.end--;
	check(0, RULE_NONE, 0, 0);
	table.image.end++;
	table.segment.p_flags = PF_X;
	check(0, RULE_NONE, 0, 0);
}
END_TEST

START_TEST(any_bytes_have_an_end)
{
	uint64_t state = (uint64_t)_i;

	for (int round = 0; round < 20000; round++) {
		const uint8_t code[] = {0x41, 0x0e, 16,	  0x86, 2,    0x43, 0x0d,
					6,    0x0a, 0x0f, 3,	0x76, 0x78, 6};

		table_make(&table, code, sizeof(code));
		for (size_t n = 1 + unit_pick(&state, 4); n; n--)
			table.bytes[unit_pick(&state, table.size)] = (uint8_t)unit_random(&state);
		ck_assert_uint_le(rule_kind(rule_at(unit_pick(&state, TABLE_CODE_BYTES))),
				  RULE_BAD);
	}
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, rows_follow_the_code);
	tcase_add_test(all, all_forms_of_advance);
	tcase_add_test(all, forms_that_mean_the_same);
	tcase_add_test(all, other_registers_do_not_matter);
	tcase_add_test(all, aligned_stack);
	tcase_add_test(all, entries_of_the_plt);
	tcase_add_test(all, frame_of_a_signal);
	tcase_add_test(all, outermost_frame);
	tcase_add_test(all, address_outside_of_the_function);
	tcase_add_test(all, instructions_beyond_a_rule);
	tcase_add_test(all, other_augmentations);
	tcase_add_test(all, nothing_behind_the_end_is_read);
	tcase_add_test(all, segment_beyond_the_object_is_not_read);
	tcase_add_loop_test(all, any_bytes_have_an_end, 0, UNIT_SEEDS);
}

#else

static void add_tests(TCase *all)
{
	(void)all;
}

#endif

UNIT_MAIN("cfi", add_tests)
