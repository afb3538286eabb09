#include "agent/base/futex.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "tests/unit/unit.h"

#define MS INT64_C(1000000)
#define S INT64_C(1000000000)
#define FAR (30 * S) /* a wait takes this long only if a wake-up was lost */

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * S + t.tv_nsec;
}

static void rest(int64_t ns)
{
	struct timespec t = {ns / S, ns % S};

	nanosleep(&t, NULL);
}

START_TEST(does_not_wait_for_what_is_already_so)
{
	uint32_t word = 7;
	int64_t began = now_ns();

	errno = 77;
	futex_wait(&word, 6, began + FAR);
	ck_assert_int_eq(errno, 77);
	ck_assert_int_lt(now_ns() - began, FAR / 2);
}
END_TEST

START_TEST(waits_until_the_deadline)
{
	uint32_t word = 7;
	int64_t began = now_ns();
	int64_t deadline = began + 30 * MS;
	int waits = 0;

	errno = 77;
	for (; now_ns() < deadline; waits++)
		futex_wait(&word, 7, deadline);
	ck_assert_int_eq(errno, 77);
	/* It may return early, but it does not return at once every time, and it ends. */
	ck_assert_int_lt(waits, 100);
	ck_assert_int_lt(now_ns() - deadline, 10 * S);
}
END_TEST

START_TEST(does_not_wait_for_a_deadline_that_is_over)
{
	uint32_t word = 7;
	int64_t began = now_ns();

	errno = 77;
	futex_wait(&word, 7, began - S);
	futex_wait(&word, 7, 0);
	ck_assert_int_eq(errno, 77);
	ck_assert_int_lt(now_ns() - began, FAR / 2);
}
END_TEST

static uint32_t word;
static uint32_t waiting;
static int message; /* not atomic: only the word orders it */

struct waiter {
	int seen; /* the message, or 0 if the word never changed */
	int64_t took_ns;
};

static void *wait_for_word(void *arg)
{
	struct waiter *waiter = arg;
	int64_t began = now_ns();

	__atomic_add_fetch(&waiting, 1, __ATOMIC_RELAXED);
	while (futex_get(&word) == 0 && now_ns() - began < FAR)
		futex_wait(&word, 0, began + FAR);
	if (futex_get(&word) == 1)
		waiter->seen = message;
	waiter->took_ns = now_ns() - began;
	return NULL;
}

#define WAITERS 8

START_TEST(wakes_all_who_wait)
{
	struct waiter got[WAITERS] = {{0, 0}};
	pthread_t threads[WAITERS];

	for (int i = 0; i < WAITERS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, wait_for_word, &got[i]), 0);
	while (__atomic_load_n(&waiting, __ATOMIC_RELAXED) < WAITERS)
		rest(MS);
	rest(10 * MS);
	message = 42;
	errno = 77;
	futex_set(&word, 1);
	ck_assert_int_eq(errno, 77);
	for (int i = 0; i < WAITERS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < WAITERS; i++) {
		ck_assert_int_eq(got[i].seen, 42);
		ck_assert_int_lt(got[i].took_ns, FAR / 2);
	}
}
END_TEST

static uint32_t returned;

static void *wait_once(void *unused)
{
	(void)unused;
	__atomic_add_fetch(&waiting, 1, __ATOMIC_RELAXED);
	futex_wait(&word, 0, now_ns() + FAR);
	__atomic_add_fetch(&returned, 1, __ATOMIC_RELAXED);
	return NULL;
}

/* A wake-up may come too early, so repeat it until all threads have returned. */
START_TEST(wakes_without_a_change)
{
	pthread_t threads[WAITERS];
	int64_t began = now_ns();

	for (int i = 0; i < WAITERS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, wait_once, NULL), 0);
	errno = 77;
	while (__atomic_load_n(&returned, __ATOMIC_RELAXED) < WAITERS) {
		futex_wake(&word);
		ck_assert_int_eq(errno, 77);
		rest(MS);
	}
	for (int i = 0; i < WAITERS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(futex_get(&word), 0);
	ck_assert_int_lt(now_ns() - began, FAR / 2);
}
END_TEST

static uint32_t turn; /* even: of the main thread; odd: of the other */

#define TURNS 2000

static void *take_odd_turns(void *unused)
{
	(void)unused;
	for (uint32_t i = 1; i < TURNS; i += 2) {
		while (futex_get(&turn) != i)
			futex_wait(&turn, i - 1, now_ns() + FAR);
		message++;
		futex_set(&turn, i + 1);
	}
	return NULL;
}

/* Back and forth: a wake-up lost between check and wait would cost the whole deadline. */
START_TEST(loses_no_wake_up)
{
	int64_t began = now_ns();
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, take_odd_turns, NULL), 0);
	for (uint32_t i = 0; i < TURNS; i += 2) {
		while (futex_get(&turn) != i)
			futex_wait(&turn, i - 1, now_ns() + FAR);
		message++;
		futex_set(&turn, i + 1);
	}
	pthread_join(thread, NULL);
	ck_assert_int_eq(message, TURNS);
	ck_assert_int_lt(now_ns() - began, FAR);
}
END_TEST

START_TEST(sets_with_nobody_waiting)
{
	uint32_t lonely = 0;

	errno = 77;
	futex_set(&lonely, UINT32_MAX);
	ck_assert_int_eq(errno, 77);
	ck_assert_uint_eq(futex_get(&lonely), UINT32_MAX);
}
END_TEST

START_TEST(changes_only_what_is_so)
{
	uint32_t mine = 7;

	ck_assert(!futex_change(&mine, 6, 5));
	ck_assert_uint_eq(futex_get(&mine), 7);
	ck_assert(futex_change(&mine, 7, 5));
	ck_assert_uint_eq(futex_get(&mine), 5);
}
END_TEST

START_TEST(swaps)
{
	uint32_t mine = 7;

	ck_assert_uint_eq(futex_swap(&mine, 5), 7);
	ck_assert_uint_eq(futex_get(&mine), 5);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, does_not_wait_for_what_is_already_so);
	tcase_add_test(all, waits_until_the_deadline);
	tcase_add_test(all, does_not_wait_for_a_deadline_that_is_over);
	tcase_add_test(all, wakes_all_who_wait);
	tcase_add_test(all, wakes_without_a_change);
	tcase_add_test(all, loses_no_wake_up);
	tcase_add_test(all, sets_with_nobody_waiting);
	tcase_add_test(all, changes_only_what_is_so);
	tcase_add_test(all, swaps);
}

UNIT_MAIN("futex", add_tests)
