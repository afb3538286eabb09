/*
 * A child of raw clone has its own stack.  It returns on that stack, to the address that the
 * program put there.
 */
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "expect.h"

enum { WORDS = 8192, FLAGS = CLONE_VM | CLONE_VFORK };

static _Alignas(16) uintptr_t stack[WORDS];

/* Nobody calls it, so it is entered as if by a jump: it may not return. */
static __attribute__((noreturn)) void child(void)
{
	_exit(0);
}

int main(void)
{
	/* So that the stack is aligned as after a call. */
	uintptr_t *top = &stack[WORDS - 2];
	struct tally tally = {0};
	struct clone_args args = {
	    .flags = FLAGS,
	    .exit_signal = SIGCHLD,
	    .stack = (uintptr_t)stack,
	    .stack_size = (uintptr_t)top - (uintptr_t)stack,
	};

	*top = (uintptr_t)child;
	expect_child((pid_t)syscall(SYS_clone, FLAGS | SIGCHLD, top, NULL, NULL, NULL));
	expect_child((pid_t)syscall(SYS_clone3, &args, sizeof(args)));
	tally_free(&tally, tally_malloc(&tally, 100));
	tally_expect(&tally);
	return 0;
}
