/*
 * Children of _Fork, clone and raw system calls, which run no fork handlers.  They allocate,
 * without an agent, and never hang, although the agent holds malloc's lock most of the time.  The
 * parent's counts are not affected.
 *
 * with-env: MEMAGENT_ALLOCATOR_INTERVAL=10ms
 */
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "expect.h"

enum { CHILDREN = 2000, PIECES = 60000, STACK = 64 * 1024 };

static int child(void *argument)
{
	/* It would wait for ever for a lock that no thread holds. */
	alarm(20);
	for (size_t size = 0; size < 50000; size += 1000)
		free(malloc(size));
	if (argument == NULL)
		_exit(0);
	exit(0);
}

static pid_t cloned(void *argument)
{
	static char stack[STACK] __attribute__((aligned(16)));

	return clone(child, stack + sizeof(stack), SIGCHLD, argument);
}

static pid_t bare_clone3(void)
{
	struct clone_args args = {.exit_signal = SIGCHLD};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

static pid_t copied(int number)
{
	switch (number % 4) {
	case 0:
		return _Fork();
	case 1:
		return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	case 2:
		return bare_clone3();
	default:
		return cloned(number % 8 < 4 ? NULL : &errno);
	}
}

/* So many objects that the agent holds the allocator's lock most of the time. */
static void break_up(struct tally *tally)
{
	static void *piece[PIECES];

	for (int i = 0; i < PIECES; i++)
		piece[i] = tally_malloc(tally, 20);
	for (int i = 0; i < PIECES; i += 2)
		tally_free(tally, piece[i]);
}

int main(void)
{
	struct tally tally = {0};

	break_up(&tally);
	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = copied(i);

		CHECK(pid >= 0);
		if (pid == 0)
			child(i % 8 < 4 ? NULL : &errno);
		expect_child(pid);
		tally_malloc(&tally, 2000);
	}
	tally_expect(&tally);
	return 0;
}
