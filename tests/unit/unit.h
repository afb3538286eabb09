#ifndef MEMAGENT_UNIT_H
#define MEMAGENT_UNIT_H
/*
 * unit: shared by the unit tests.
 *
 * Layer    tests; libcheck.  Every test runs in a child process, so it may leave statics, limits
 * and threads behind.
 */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define UNIT_TIMEOUT_S 60 /* for sanitizers on busy machines */
#define UNIT_SEEDS 20	  /* rounds of a randomised test; the round is the seed */

#define UNIT_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The main program: ${add} adds the module's tests to its case. */
#define UNIT_MAIN(name, add)                                                                       \
	int main(void)                                                                             \
	{                                                                                          \
		return unit_run(name, add);                                                        \
	}

static inline int unit_run(const char *name, void (*add)(TCase *all))
{
	Suite *suite = suite_create(name);
	TCase *all = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(all, UNIT_TIMEOUT_S);
	add(all);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/*
 * unit_random(state):
 * Return the next number of a fixed sequence (splitmix64), which depends on its start only.
 */
static inline uint64_t unit_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Return one of 0 to ${n} - 1. */
static inline size_t unit_pick(uint64_t *state, size_t n)
{
	return (size_t)(unit_random(state) % n);
}

/* Fill ${out} with ${n} times ${c} and a NUL. */
static inline char *unit_repeat(char *out, char c, size_t n)
{
	memset(out, c, n);
	out[n] = '\0';
	return out;
}

#endif
