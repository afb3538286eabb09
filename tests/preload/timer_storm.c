/*
 * A profiling timer interrupts malloc and free all the time.  (Its handler does not allocate,
 * because that is not allowed there.) The program gets all signals.  The agent's thread gets none:
 * the handler would run on the wrong stack.
 */
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>

#include "expect.h"

static pid_t main_thread;
static atomic_int storms;
static atomic_int strays;

static void handle(int number)
{
	(void)number;
	if (gettid() != main_thread)
		atomic_fetch_add(&strays, 1);
	atomic_fetch_add(&storms, 1);
}

int main(void)
{
	const struct itimerval every_ms = {{0, 1000}, {0, 1000}};
	const struct itimerval never = {{0, 0}, {0, 0}};
	struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
	struct tally tally = {0};

	main_thread = gettid();
	CHECK(sigaction(SIGPROF, &action, NULL) == 0);
	CHECK(sigaction(SIGALRM, &action, NULL) == 0);
	CHECK(setitimer(ITIMER_PROF, &every_ms, NULL) == 0);
	CHECK(setitimer(ITIMER_REAL, &every_ms, NULL) == 0);
	while (atomic_load(&storms) < 100)
		for (size_t i = 0; i < 1000; i++)
			tally_free(&tally, tally_realloc(&tally, tally_malloc(&tally, i), 2 * i));
	CHECK(setitimer(ITIMER_PROF, &never, NULL) == 0);
	CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
	CHECK(atomic_load(&strays) == 0);
	tally_expect(&tally);
	return 0;
}
