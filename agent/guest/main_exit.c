#include "agent/guest/main_exit.h"

#include <signal.h>

#include "agent/base/clock.h"
#include "agent/base/futex.h"
#include "shim/shim.h"

/*
 * NONE: no exit thread.  STARTING: it is being created.  WATCHED: it waits, and the sidecar watches
 * for the end of the program's threads.  OVER: they have ended.  FOLLOWS: the sidecar ends, and the
 * exit thread after it.  CLOSED: the sidecar ends, and no exit thread is created any more.
 */
enum { NONE, STARTING, WATCHED, OVER, FOLLOWS, CLOSED };

static struct {
	uint32_t state;
	sigset_t main_mask;
	pthread_t thread;
	pthread_t sidecar; /* with FOLLOWS */
} main_exit;

/* Wait while the state is ${value}, until ${until_ns} at most.  Return the state. */
static uint32_t state_after(uint32_t value, int64_t until_ns)
{
	while (futex_get(&main_exit.state) == value && clock_mono_ns() < until_ns)
		futex_wait(&main_exit.state, value, until_ns);
	return futex_get(&main_exit.state);
}

static void *run_exit_thread(void *unused)
{
	bool follows;

	(void)unused;
	state_after(STARTING, INT64_MAX);
	follows = state_after(WATCHED, INT64_MAX) == FOLLOWS;
	if (follows)
		pthread_join(main_exit.sidecar, NULL);
	/* The program's exit handlers run from here on: count for it, and let its signals in. */
	shim_unmute(0);
	pthread_sigmask(SIG_SETMASK, &main_exit.main_mask, NULL);
	if (!follows)
		shim_exit();
	return NULL; /* libc calls exit when this is the last thread */
}

void main_exit_start(void)
{
	sigset_t all;
	bool started;

	/* A main thread that is cancelled twice comes here twice. */
	if (!futex_change(&main_exit.state, NONE, STARTING))
		return;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &main_exit.main_mask);
	started = shim_create_thread(&main_exit.thread, NULL, run_exit_thread) == 0;
	futex_set(&main_exit.state, started ? WATCHED : NONE);
	pthread_sigmask(SIG_SETMASK, &main_exit.main_mask, NULL);
}

bool main_exit_is_pending(void)
{
	return futex_get(&main_exit.state) == WATCHED;
}

void main_exit_finish(void)
{
	futex_set(&main_exit.state, OVER);
}

void main_exit_join(pthread_t sidecar)
{
	if (!main_exit_is_pending())
		return;
	main_exit.sidecar = sidecar;
	futex_set(&main_exit.state, FOLLOWS);
}

bool main_exit_close(pthread_t sidecar, int64_t until_ns)
{
	struct timespec deadline = {until_ns / CLOCK_S, until_ns % CLOCK_S};

	state_after(STARTING, until_ns);
	/* A thread can be joined only once: by the exit thread if there is one. */
	if (futex_change(&main_exit.state, NONE, CLOSED))
		return false;
	main_exit_join(sidecar);
	pthread_clockjoin_np(main_exit.thread, NULL, CLOCK_MONOTONIC, &deadline);
	return true;
}

void main_exit_reset(void)
{
	main_exit.state = NONE;
}
