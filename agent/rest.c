#include "agent/rest.h"

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "agent/clock.h"
#include "shim/cc.h"

#define HOLD_NS (100 * CLOCK_MS)

static pthread_mutex_t working = PTHREAD_MUTEX_INITIALIZER; /* the sidecar's, unless it rests */
static THREAD_LOCAL bool held;				    /* by this thread, in rest_hold */

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

	held = pthread_mutex_clocklock(&working, CLOCK_MONOTONIC, &deadline) == 0;
}

void rest_release(void)
{
	if (held)
		pthread_mutex_unlock(&working);
	held = false;
}

void rest_anew(void)
{
	working = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	held = false;
}
