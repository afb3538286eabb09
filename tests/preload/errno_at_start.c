/*
 * errno is 0 when main begins (C11, 7.5).  The functions that we wrap leave it alone when they
 * succeed.
 */
#include <pty.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "thread.h"

enum { STACK = 64 << 10 };

static void nothing(void)
{
}

static void *leave(void *unused)
{
	(void)unused;
	pthread_exit(NULL);
}

static int run(void *unused)
{
	(void)unused;
	return errno == EXDEV ? 0 : EXPECT_FAILED;
}

/* Check errno in the parent and in the child, and the child's status. */
static void expect_child_and_errno(pid_t child)
{
	CHECK(errno == EXDEV);
	if (child == 0)
		_exit(0);
	expect_child(child);
	errno = EXDEV;
}

static void try_processes(void)
{
	static char stack[STACK] __attribute__((aligned(64)));
	int terminal;

	errno = EXDEV;
	expect_child_and_errno(fork());
	expect_child_and_errno(_Fork());
	expect_child_and_errno((pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
	expect_child_and_errno(clone(run, stack + STACK, SIGCHLD, NULL));
	expect_child_and_errno(forkpty(&terminal, NULL, NULL, NULL));
}

static void try_threads(void)
{
	pthread_t thread = thread_start(thread_stack(THREAD_STACK), THREAD_STACK, leave, NULL);

	CHECK(errno == EXDEV);
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(errno == EXDEV);
}

int main(void)
{
	char name[16];

	CHECK(errno == 0);
	try_processes();
	try_threads();
	CHECK(atexit(nothing) == 0);
	CHECK(prctl(PR_GET_NAME, name) == 0);
	CHECK(unshare(0) == 0);
	CHECK(syscall(SYS_getppid) == getppid());
	CHECK(errno == EXDEV);
	expect("agent_coverage", "=", 1);
	return 0;
}
