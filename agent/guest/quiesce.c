#include "agent/guest/quiesce.h"

#include <stdint.h>

#include "agent/base/clock.h"
#include "agent/base/futex.h"
#include "shim/cc.h"

#define HOLD_NS (100 * CLOCK_MS)
#define LOAD_NS (5 * CLOCK_S)

enum { UNLOCKED, LOCKED, CONTENDED };

/*
 * The sidecar holds this lock while it works.  It is no pthread_mutex_t, because a fork copies it
 * locked, which lock checkers report.
 */
static uint32_t lock;
static bool loading;
/* How often this thread holds it: a signal handler may fork during a fork. */
static THREAD_LOCAL unsigned held;

static bool acquire(int64_t deadline_ns)
{
	if (futex_change(&lock, UNLOCKED, LOCKED))
		return true;
	while (futex_swap(&lock, CONTENDED) != UNLOCKED) {
		if (clock_mono_ns() >= deadline_ns)
			return false;
		futex_wait(&lock, CONTENDED, deadline_ns);
	}
	return true;
}

static void release(void)
{
	if (futex_swap(&lock, UNLOCKED) == CONTENDED)
		futex_wake(&lock);
}

void quiesce_enter(void)
{
	release();
}

void quiesce_leave(void)
{
	acquire(INT64_MAX);
}

void quiesce_set_loading(bool loads)
{
	__atomic_store_n(&loading, loads, __ATOMIC_RELAXED);
}

bool quiesce_is_loading(void)
{
	return __atomic_load_n(&loading, __ATOMIC_RELAXED);
}

static bool acquire_within(int64_t timeout_ns)
{
	return acquire(clock_mono_ns() + timeout_ns);
}

bool quiesce_hold(void)
{
	if (held || acquire_within(HOLD_NS) || (quiesce_is_loading() && acquire_within(LOAD_NS)))
		held++;
	return held != 0;
}

void quiesce_release(void)
{
	if (held && --held == 0)
		release();
}

void quiesce_reset(void)
{
	lock = UNLOCKED;
	held = 0;
}
