#include "agent/guest/quiesce.h"

#include <stdint.h>

#include "agent/base/clock.h"
#include "agent/base/futex.h"
#include "shim/cc.h"

#define HOLD_NS (100 * CLOCK_MS)
#define BRIEF_NS (CLOCK_MS / 5)
#define LOAD_NS (5 * CLOCK_S)

enum { FREE, TAKEN, WANTED };

/*
 * The sidecar's, unless it rests.  Not a pthread_mutex_t: a fork copies it while it is taken, and
 * tools that watch mutexes report that.
 */
static uint32_t working;
static bool loading;
/* How often this thread has it: a signal handler may copy the process while fork does. */
static THREAD_LOCAL unsigned held;

static bool take(int64_t deadline_ns)
{
	if (futex_change(&working, FREE, TAKEN))
		return true;
	while (futex_swap(&working, WANTED) != FREE) {
		if (clock_mono_ns() >= deadline_ns)
			return false;
		futex_wait(&working, WANTED, deadline_ns);
	}
	return true;
}

static void give(void)
{
	if (futex_swap(&working, FREE) == WANTED)
		futex_wake(&working);
}

void quiesce_enter(void)
{
	give();
}

void quiesce_leave(void)
{
	take(INT64_MAX);
}

void quiesce_set_loading(bool loads)
{
	__atomic_store_n(&loading, loads, __ATOMIC_RELAXED);
}

bool quiesce_is_loading(void)
{
	return __atomic_load_n(&loading, __ATOMIC_RELAXED);
}

static bool take_within(int64_t patience_ns)
{
	return take(clock_mono_ns() + patience_ns);
}

bool quiesce_hold(bool briefly)
{
	if (held || take_within(briefly ? BRIEF_NS : HOLD_NS) ||
	    (!briefly && quiesce_is_loading() && take_within(LOAD_NS)))
		held++;
	return held != 0;
}

void quiesce_release(void)
{
	if (held && --held == 0)
		give();
}

void quiesce_reset(void)
{
	working = FREE;
	held = 0;
}
