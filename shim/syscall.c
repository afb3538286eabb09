/*
 * syscall: system calls that a program makes by itself, and that the agent has to know of.
 *
 * A program that sets a seccomp filter locks itself in.  The agent leaves before it does: with
 * TSYNC the filter would be the sidecar's too, and could kill the process for what the sidecar
 * does; without, the sidecar would be a thread outside.  libc has no function for seccomp(2), so it
 * comes by way of syscall, or of prctl.
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
#include <unistd.h>

#include "shim/cc.h"
#include "shim/hooks.h"
#include "shim/next.h"

/* A filter that is nowhere is only asked for to see whether the kernel knows filters. */
static bool locks_in(long number, const long *a)
{
	if (number == SYS_seccomp)
		return a[0] == SECCOMP_SET_MODE_STRICT ||
		       (a[0] == SECCOMP_SET_MODE_FILTER && a[2] != 0);
	return number == SYS_prctl && a[0] == PR_SET_SECCOMP &&
	       (a[1] == SECCOMP_MODE_STRICT || a[2] != 0);
}

/*
 * Whether the process is copied, with its memory.  Not when the child goes on with another stack:
 * then it does not return to us.
 */
static bool copies(long number, const long *a)
{
#ifdef SYS_fork
	if (number == SYS_fork)
		return true;
#endif
#ifdef SYS_clone3
	if (number == SYS_clone3) {
		/* NOLINTNEXTLINE(performance-no-int-to-ptr): so it is passed */
		const struct clone_args *args = (const struct clone_args *)a[0];

		return args && args->stack == 0 && !(args->flags & CLONE_VM);
	}
#endif
	return number == SYS_clone && a[1] == 0 && !(a[0] & CLONE_VM);
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

/* The kernel takes six arguments at most; those that were not given are whatever there is. */
EXPORT long syscall(long number, ...)
{
	va_list args;
	long a[6];

	va_start(args, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (UNLIKELY(locks_in(number, a)))
		hooks->locks_in();
	return UNLIKELY(copies(number, a)) ? copy(number, a) : call(number, a);
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
