#include "agent/rest.h"

#include <pthread.h>
#include <time.h>

#include "agent/clock.h"
#include "shim/cc.h"

#define HOLD_NS (100 * CLOCK_MS)

static pthread_mutex_t working = PTHREAD_MUTEX_INITIALIZER; /* the sidecar's, unless it rests */
/* How often this thread has it: a signal handler may copy the process while fork does. */
static THREAD_LOCAL unsigned held;

void rest_begins(void)
{
	pthread_mutex_unlock(&working);
}

void rest_ends(void)
{
	pthread_mutex_lock(&working);
}

void rest_hold(void)
{
	int64_t until = clock_mono_ns() + HOLD_NS;
	struct timespec deadline = {until / CLOCK_S, until % CLOCK_S};

	if (held || pthread_mutex_clocklock(&working, CLOCK_MONOTONIC, &deadline) == 0)
		held++;
}

void rest_release(void)
{
	if (held && --held == 0)
		pthread_mutex_unlock(&working);
}

void rest_anew(void)
{
	working = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	held = 0;
}
