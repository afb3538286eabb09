/*
 * syscall: system calls that a program makes by itself, and that the agent has to know of.
 *
 * A program that sets a seccomp filter locks itself in.  The agent leaves before it does: with
 * TSYNC the filter would be the sidecar's too, and could kill the process for what the sidecar
 * does; without, the sidecar would be a thread outside.  libc has no function for seccomp(2), so it
 * comes by way of syscall, or of prctl.
 *
 * One that makes a user namespace or joins one, or a mount namespace, must have a single thread.
 * The kernel is asked first, so that nothing changes for whom it lets do it; when it refuses, the
 * agent leaves, and it is asked again.
 *
 * One that copies itself by the bare call is as fork (see copy.c).
 */
#include <errno.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "shim/cc.h"
#include "shim/hooks.h"
#include "shim/next.h"
#include "shim/threads.h"

/* A filter that is nowhere is only asked for to see whether the kernel knows filters. */
static bool locks_in(long number, const long *a)
{
	if (number == SYS_seccomp)
		return a[0] == SECCOMP_SET_MODE_STRICT ||
		       (a[0] == SECCOMP_SET_MODE_FILTER && a[2] != 0);
	return number == SYS_prctl && a[0] == PR_SET_SECCOMP &&
	       (a[1] == SECCOMP_MODE_STRICT || a[2] != 0);
}

/* Who goes on where, and with what. */
enum child { NO_CHILD, COPY, OTHER_STACK };

static enum child child_of(uint64_t flags, uint64_t stack)
{
	if (stack)
		return OTHER_STACK;
	return flags & CLONE_VM ? NO_CHILD : COPY;
}

static enum child child_by(long number, const long *a)
{
#ifdef SYS_fork
	if (number == SYS_fork)
		return COPY;
#endif
#ifdef SYS_clone3
	if (number == SYS_clone3 && a[0]) {
		/* NOLINTNEXTLINE(performance-no-int-to-ptr): so it is passed */
		const struct clone_args *args = (const struct clone_args *)a[0];

		return child_of(args->flags, args->stack);
	}
#endif
	return number == SYS_clone ? child_of((uint64_t)a[0], (uint64_t)a[1]) : NO_CHILD;
}

/*
 * On x86-64 made here and not passed on: an allocator may come this way while it is being set up,
 * when nothing can be looked up yet.
 */
static long call(long number, const long *a)
{
#ifdef __x86_64__
	/* cppcheck-suppress constStatement ; the instruction takes it */
	register long r10 __asm__("r10") = a[3];
	/* cppcheck-suppress constStatement ; the instruction takes it */
	register long r8 __asm__("r8") = a[4];
	/* cppcheck-suppress constStatement ; the instruction takes it */
	register long r9 __asm__("r9") = a[5];
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	if (result >= 0 || result < -4095)
		return result;
	errno = (int)-result;
	return -1;
#else
	next_resolve();
	return next.syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
#endif
}

/* What a process of several threads is told: EUSERS of namespaces of time, EINVAL of the others. */
static bool must_be_alone(int error)
{
	return (error == EINVAL || error == EUSERS) && !threads_muted();
}

/*
 * Ask again, now that the agent has left, for 100 ms at most: a thread is joined a moment before
 * the kernel counts it out.
 */
static long ask_again(long number, const long *a)
{
	const struct timespec moment = {0, 1000000};
	const long nap[6] = {(long)&moment};
	long result = call(number, a);

	for (int i = 0; i < 100 && result != 0 && must_be_alone(errno); i++) {
		call(SYS_nanosleep, nap);
		result = call(number, a);
	}
	return result;
}

static long change_namespaces(long number, const long *a)
{
	static bool has_left; /* for good, in children too */
	int before = errno;
	long result = call(number, a);

	if (result == 0 || !must_be_alone(errno) || has_left)
		return result;
	has_left = true;
	hooks->locks_in();
	result = ask_again(number, a);
	if (result == 0)
		errno = before;
	return result;
}

static long copy(long number, const long *a)
{
	long result;
	int error;

	hooks->before_fork();
	result = call(number, a);
	error = errno;
	if (result == 0)
		hooks->in_copy();
	hooks->after_fork();
	errno = error;
	return result;
}

/*
 * syscall(2), as it is called: the kernel takes six arguments at most, and those that were not
 * given are whatever there is.
 *
 * A child with another stack comes back on that, where the program has put the address to go to,
 * and nothing else: no frame of ours may be in between.  So libc's function is jumped to, which
 * this signature lets the compiler do; tests/preload/clone_stack.c sees to it that it does.
 */
EXPORT long syscall_made(long number, long a0, long a1, long a2, long a3, long a4,
			 long a5) __asm__("syscall");

EXPORT long syscall_made(long number, long a0, long a1, long a2, long a3, long a4, long a5)
{
	const long a[6] = {a0, a1, a2, a3, a4, a5};
	enum child child = child_by(number, a);

	if (UNLIKELY(child == OTHER_STACK)) {
		next_resolve();
		return next.syscall(number, a0, a1, a2, a3, a4, a5);
	}
	if (UNLIKELY(locks_in(number, a)))
		hooks->locks_in();
	if (UNLIKELY(number == SYS_unshare || number == SYS_setns))
		return change_namespaces(number, a);
	return UNLIKELY(child == COPY) ? copy(number, a) : call(number, a);
}

EXPORT int prctl(int option, ...)
{
	va_list args;
	long a[6] = {option};

	va_start(args, option);
	for (int i = 1; i < 5; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (locks_in(SYS_prctl, a))
		hooks->locks_in();
	return (int)call(SYS_prctl, a);
}

EXPORT int unshare(int flags)
{
	const long a[6] = {flags};

	return (int)change_namespaces(SYS_unshare, a);
}

EXPORT int setns(int fd, int kind)
{
	const long a[6] = {fd, kind};

	return (int)change_namespaces(SYS_setns, a);
}
