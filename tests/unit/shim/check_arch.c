#include "shim/arch/arch.h"

#include <signal.h>
#include <sys/time.h>

#include "tests/unit/unit.h"

/* The generic header beside this processor's own. */
#undef CODE_LINE
#undef ARCH_WALKS
#undef ARCH_HAS_SYSCALL
#define arch_add generic_add
#define arch_add_carries generic_add_carries
#define arch_leading_zeros generic_leading_zeros
#include "shim/arch/generic.h"
#undef arch_add
#undef arch_add_carries
#undef arch_leading_zeros

#define SIGNALS 500

static uint64_t counter;
static volatile sig_atomic_t handled;

static void own(void)
{
	arch_add(&counter, 1);
}

static void generic(void)
{
	generic_add(&counter, 1);
}

static void (*const ways[])(void) = {own, generic};
static void (*add)(void);

static void handle(int signal)
{
	(void)signal;
	add();
	handled++;
}

/* A load, an addition and a store would lose the handler's additions in between. */
START_TEST(handler_loses_nothing)
{
	const struct sigaction action = {.sa_handler = handle};
	const struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
	uint64_t added = 0;

	add = ways[_i];
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
	for (; handled < SIGNALS; added++)
		add();
	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
	ck_assert_uint_eq(counter, added + (uint64_t)handled);
}
END_TEST

START_TEST(an_addition_carries_when_it_passes_zero)
{
	static bool (*const carries[])(uint64_t *, uint64_t) = {arch_add_carries,
								generic_add_carries};
	uint64_t sum = (uint64_t)-10;

	ck_assert(!carries[_i](&sum, 9));
	ck_assert(!carries[_i](&sum, 0));
	ck_assert(carries[_i](&sum, 1));
	ck_assert_uint_eq(sum, 0);
	ck_assert(!carries[_i](&sum, 0));
	ck_assert(!carries[_i](&sum, UINT64_MAX));
	ck_assert(carries[_i](&sum, UINT64_MAX));
	ck_assert_uint_eq(sum, UINT64_MAX - 1);
}
END_TEST

START_TEST(leading_zeros_number_all_bits)
{
	for (unsigned bit = 0; bit < 64; bit++) {
		size_t lowest = (size_t)1 << bit, all = lowest | (lowest - 1);

		ck_assert_uint_eq(arch_leading_zeros(lowest), arch_leading_zeros(all));
		ck_assert_uint_eq(generic_leading_zeros(all), 63 - bit);
		ck_assert_uint_eq(arch_leading_zeros(all) ^ arch_leading_zeros(1), bit);
	}
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, handler_loses_nothing, 0, UNIT_COUNT(ways));
	tcase_add_loop_test(all, an_addition_carries_when_it_passes_zero, 0, 2);
	tcase_add_test(all, leading_zeros_number_all_bits);
}

UNIT_MAIN("arch", add_tests)
