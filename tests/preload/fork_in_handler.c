/*
 * A program with one thread forks in a signal handler that interrupted malloc or free, on its own
 * stack and on an alternate one.  The handler returns in both processes, and both go on allocating.
 * The fork handlers run, unless the agent holds malloc's lock at that moment.
 *
 * wants-points: some
 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/time.h>

#include "expect.h"

enum { FORKS = 100, OBJECTS = 64, STACK = 64 << 10 };

static volatile sig_atomic_t fired, prepared, seen_off, is_child;

static void prepare(void)
{
	prepared++;
}

static void in_child(void)
{
	seen_off++;
}

static void fork_here(int number)
{
	pid_t child;

	(void)number;
	child = fork();
	if (child < 0)
		_exit(EXPECT_FAILED);
	is_child = child == 0;
	if (!is_child)
		expect_child(child);
	fired++;
}

/* One signal, a moment later. */
static void arm(int turn)
{
	const struct itimerval soon = {{0, 0}, {0, 500 + turn % 50 * 10}};
	struct sigaction action = {.sa_handler = fork_here,
				   .sa_flags = SA_RESTART | (turn % 2 ? SA_ONSTACK : 0)};

	CHECK(sigaction(SIGALRM, &action, NULL) == 0);
	CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
}

static void work(void)
{
	void *objects[OBJECTS];

	for (size_t i = 0; i < OBJECTS; i++) {
		objects[i] = malloc(5000 * i + 1);
		CHECK(objects[i] != NULL);
		objects[i] = realloc(objects[i], 7000 * i + 1);
		CHECK(objects[i] != NULL);
	}
	for (size_t i = 0; i < OBJECTS; i++)
		free(objects[i]);
}

int main(void)
{
	static char stack[STACK];
	const stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};

	CHECK(sigaltstack(&other, NULL) == 0);
	CHECK(pthread_atfork(prepare, NULL, in_child) == 0);
	for (int turn = 0; turn < FORKS && !is_child; turn++) {
		arm(turn);
		while (fired == turn)
			work();
	}
	for (int i = 0; i < 10; i++)
		work();
	if (is_child)
		exit(seen_off <= 1 ? 0 : EXPECT_FAILED);
	CHECK(fired == FORKS && prepared > FORKS / 2);
	return 0;
}
