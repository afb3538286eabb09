#include "agent/last.h"

#include <signal.h>
#include <stdlib.h>

#include "agent/clock.h"
#include "agent/futex.h"
#include "shim/shim.h"

enum { NONE, WATCHED, OVER, FOLLOWS };

static struct {
	uint32_t state;
	sigset_t main_mask;
	pthread_t thread;
	pthread_t sidecar; /* with FOLLOWS */
} last;

static void *stand_in(void *unused)
{
	bool follows;

	(void)unused;
	while (futex_get(&last.state) == WATCHED)
		futex_wait(&last.state, WATCHED, INT64_MAX);
	follows = futex_get(&last.state) == FOLLOWS;
	if (follows)
		pthread_join(last.sidecar, NULL);
	/* From here on it is the program's code that runs: its handlers, with what it lets through.
	 */
	shim_unmute(0);
	pthread_sigmask(SIG_SETMASK, &last.main_mask, NULL);
	if (!follows)
		exit(0);
	return NULL; /* as the last of all it runs into exit as well */
}

void last_start(void)
{
	uint32_t none = NONE;
	uint32_t muted;
	sigset_t all;

	/* It may be about to leave more than once: cancelled, and cancelled again. */
	if (!__atomic_compare_exchange_n(&last.state, &none, WATCHED, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST))
		return;
	muted = shim_mute();
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &last.main_mask);
	if (shim_create_thread(&last.thread, NULL, stand_in))
		futex_set(&last.state, NONE);
	pthread_sigmask(SIG_SETMASK, &last.main_mask, NULL);
	shim_unmute(muted);
}

bool last_is_watched(void)
{
	return futex_get(&last.state) == WATCHED;
}

void last_end(void)
{
	futex_set(&last.state, OVER);
}

void last_follow(pthread_t sidecar)
{
	if (!last_is_watched())
		return;
	last.sidecar = sidecar;
	futex_set(&last.state, FOLLOWS);
}

bool last_join(const struct timespec *deadline)
{
	if (futex_get(&last.state) != FOLLOWS)
		return false;
	pthread_clockjoin_np(last.thread, NULL, CLOCK_MONOTONIC, deadline);
	return true;
}

void last_after_fork(void)
{
	last.state = NONE;
}
