#include "agent/last.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "agent/clock.h"
#include "agent/futex.h"
#include "shim/shim.h"

enum { NONE, WATCHED, OVER };

static uint32_t state;
static sigset_t main_mask;

static void *stand_in(void *unused)
{
	(void)unused;
	while (futex_get(&state) != OVER)
		futex_wait(&state, WATCHED, INT64_MAX);
	/* From here on it is the program's code that runs: its handlers, with what it lets through.
	 */
	shim_unmute(0);
	pthread_sigmask(SIG_SETMASK, &main_mask, NULL);
	exit(0);
}

void last_start(void)
{
	sigset_t all;
	pthread_t thread;
	uint32_t muted = shim_mute();

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &main_mask);
	futex_set(&state, WATCHED);
	if (shim_create_thread(&thread, NULL, stand_in))
		futex_set(&state, NONE);
	else
		pthread_detach(thread);
	pthread_sigmask(SIG_SETMASK, &main_mask, NULL);
	shim_unmute(muted);
}

bool last_is_watched(void)
{
	return futex_get(&state) == WATCHED;
}

void last_end(void)
{
	futex_set(&state, OVER);
}

void last_after_fork(void)
{
	state = NONE;
}
