#include "agent/guest/main_exit.h"

#include <signal.h>

#include "agent/base/clock.h"
#include "agent/base/futex.h"
#include "shim/shim.h"

enum { NONE, STARTING, WATCHED, OVER, FOLLOWS, CLOSED };

static struct {
	uint32_t state;
	sigset_t main_mask;
	pthread_t thread;
	pthread_t sidecar; /* with FOLLOWS */
} last;

/* Wait while the state is ${value}, until ${until_ns} at most; return what it is. */
static uint32_t state_after(uint32_t value, int64_t until_ns)
{
	while (futex_get(&last.state) == value && clock_mono_ns() < until_ns)
		futex_wait(&last.state, value, until_ns);
	return futex_get(&last.state);
}

static void *stand_in(void *unused)
{
	bool follows;

	(void)unused;
	state_after(STARTING, INT64_MAX);
	follows = state_after(WATCHED, INT64_MAX) == FOLLOWS;
	if (follows)
		pthread_join(last.sidecar, NULL);
	/* From here on it is the program's code that runs: its handlers, with what it lets through.
	 */
	shim_unmute(0);
	pthread_sigmask(SIG_SETMASK, &last.main_mask, NULL);
	if (!follows)
		shim_exit();
	return NULL; /* as the last of all it runs into exit as well */
}

void main_exit_start(void)
{
	sigset_t all;
	bool started;

	/* It may be about to leave more than once: cancelled, and cancelled again. */
	if (!futex_change(&last.state, NONE, STARTING))
		return;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &last.main_mask);
	started = shim_create_thread(&last.thread, NULL, stand_in) == 0;
	futex_set(&last.state, started ? WATCHED : NONE);
	pthread_sigmask(SIG_SETMASK, &last.main_mask, NULL);
}

bool main_exit_is_pending(void)
{
	return futex_get(&last.state) == WATCHED;
}

void main_exit_finish(void)
{
	futex_set(&last.state, OVER);
}

void main_exit_join(pthread_t sidecar)
{
	if (!main_exit_is_pending())
		return;
	last.sidecar = sidecar;
	futex_set(&last.state, FOLLOWS);
}

bool main_exit_close(pthread_t sidecar, int64_t until_ns)
{
	struct timespec deadline = {until_ns / CLOCK_S, until_ns % CLOCK_S};

	state_after(STARTING, until_ns);
	/* libc's join can have only one who waits. */
	if (futex_change(&last.state, NONE, CLOSED))
		return false;
	main_exit_join(sidecar);
	pthread_clockjoin_np(last.thread, NULL, CLOCK_MONOTONIC, &deadline);
	return true;
}

void main_exit_reset(void)
{
	last.state = NONE;
}
