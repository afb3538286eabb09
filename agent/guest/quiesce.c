#include "agent/guest/quiesce.h"

#include <pthread.h>
#include <time.h>

#include "agent/base/clock.h"
#include "shim/cc.h"

#define HOLD_NS (100 * CLOCK_MS)
#define LOAD_NS (5 * CLOCK_S)

static pthread_mutex_t working = PTHREAD_MUTEX_INITIALIZER; /* the sidecar's, unless it rests */
static bool loading;
/* How often this thread has it: a signal handler may copy the process while fork does. */
static THREAD_LOCAL unsigned held;

void quiesce_enter(void)
{
	pthread_mutex_unlock(&working);
}

void quiesce_leave(void)
{
	pthread_mutex_lock(&working);
}

void quiesce_set_loading(bool loads)
{
	__atomic_store_n(&loading, loads, __ATOMIC_RELAXED);
}

bool quiesce_is_loading(void)
{
	return __atomic_load_n(&loading, __ATOMIC_RELAXED);
}

static bool take(int64_t patience_ns)
{
	int64_t until = clock_mono_ns() + patience_ns;
	struct timespec deadline = {until / CLOCK_S, until % CLOCK_S};

	return pthread_mutex_clocklock(&working, CLOCK_MONOTONIC, &deadline) == 0;
}

void quiesce_hold(void)
{
	if (held || take(HOLD_NS) || (quiesce_is_loading() && take(LOAD_NS)))
		held++;
}

void quiesce_release(void)
{
	if (held && --held == 0)
		pthread_mutex_unlock(&working);
}

void quiesce_reset(void)
{
	working = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	held = 0;
}
