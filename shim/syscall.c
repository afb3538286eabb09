/*
 * syscall: wraps syscall(2), and the system calls for which the sidecar must be gone.
 *
 * Seccomp: the sidecar ends before a filter is set.  With TSYNC the filter would also apply to the
 * sidecar and could kill the process for its calls.  Without TSYNC the sidecar would be unfiltered.
 * A program sets a filter through syscall or prctl, because libc has no function for seccomp(2).
 *
 * Landlock: a ruleset would apply to the calling thread only.
 *
 * Kept capabilities: a program that drops root but keeps CAP_SETUID or CAP_SETGID keeps them in one
 * thread.  libc's setuid later runs in all threads and ends the process when one fails.
 *
 * Namespaces: unshare and setns may need a process of one thread.  The call is made first.  Only if
 * the kernel refuses it because of the sidecar, the sidecar ends and the call is made again.
 *
 * A fork by a raw system call is handled as _Fork is (see clone.c).
 */
#include <errno.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "shim/capabilities.h"
#include "shim/cc.h"
#include "shim/hooks.h"
#include "shim/next.h"
#include "shim/readable.h"
#include "shim/threads.h"

static long call_kernel(long number, const long *a)
{
#if ARCH_HAS_SYSCALL
	long result = arch_syscall(number, a);

	if (result >= 0 || result < -4095)
		return result;
	errno = (int)-result;
	return -1;
#else
	next_resolve();
	return next.syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
#endif
}

/*
 * Use libc's function once it is resolved: a program may allow system calls from libc's code only
 * (PR_SET_SYSCALL_USER_DISPATCH).  An allocator's initialisation may call earlier.
 */
static long call_next(long number, const long *a)
{
	if (UNLIKELY(next.syscall == NULL))
		return call_kernel(number, a);
	return next.syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/*
 * Return whether the program's ${address} plus ${offset} can be read.  A bad pointer must fail in
 * the program's own call, not crash here.
 */
static bool is_readable(long address, size_t offset)
{
	return readable_word((uintptr_t)address + offset);
}

/* A filter at NULL sets nothing: programs use it to probe for support. */
static bool sets_filter(long number, const long *a)
{
	if (number == SYS_seccomp)
		return a[0] == SECCOMP_SET_MODE_STRICT ||
		       (a[0] == SECCOMP_SET_MODE_FILTER && a[2] != 0);
	return number == SYS_prctl && a[0] == PR_SET_SECCOMP &&
	       (a[1] == SECCOMP_MODE_STRICT || a[2] != 0);
}

/* A negative ruleset restricts nothing: programs use it to probe for support. */
static bool restricts_files(long number, const long *a)
{
#ifdef SYS_landlock_restrict_self
	return number == SYS_landlock_restrict_self && (int)a[0] >= 0;
#else
	(void)number, (void)a;
	return false;
#endif
}

/* Whether the program has asked to keep capabilities when it drops root. */
static bool keeps_capabilities;

static void note_keeping(const long *a)
{
	if ((a[0] == PR_SET_KEEPCAPS && a[1] == 1) ||
	    (a[0] == PR_SET_SECUREBITS && (a[1] & SECBIT_KEEP_CAPS)))
		keeps_capabilities = true;
}

/* libcap's header declares it, libc's do not. */
EXPORT int capset(cap_user_header_t header, cap_user_data_t data);

static bool keeps_changing_users(long number, const long *a)
{
	if (number == SYS_prctl)
		return a[0] == PR_SET_SECUREBITS && (a[1] & SECBIT_NO_SETUID_FIXUP);
	if (number != SYS_capset || !keeps_capabilities || !is_readable(a[1], 0))
		return false;
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): passed as a number */
	return (((const struct __user_cap_data_struct *)a[1])->permitted &
		CAPABILITIES_TO_CHANGE_IDS) != 0;
}

static bool needs_retirement(long number, const long *a)
{
	if (number == SYS_prctl)
		note_keeping(a);
	return (sets_filter(number, a) || restricts_files(number, a) ||
		keeps_changing_users(number, a)) &&
	       !threads_muted();
}

/* What a system call creates: no copy of the process, a copy, or a child on another stack. */
enum child { NO_CHILD, COPY, OTHER_STACK };

static enum child child_from_flags(uint64_t flags, uint64_t stack)
{
	if (stack)
		return OTHER_STACK;
	return flags & CLONE_VM ? NO_CHILD : COPY;
}

static enum child child_of_call(long number, const long *a)
{
#ifdef SYS_fork
	if (number == SYS_fork)
		return COPY;
#endif
#ifdef SYS_clone3
	if (number == SYS_clone3 && is_readable(a[0], offsetof(struct clone_args, flags)) &&
	    is_readable(a[0], offsetof(struct clone_args, stack))) {
		/* NOLINTNEXTLINE(performance-no-int-to-ptr): passed as a number */
		const struct clone_args *args = (const struct clone_args *)a[0];

		return child_from_flags(args->flags, args->stack);
	}
#endif
	return number == SYS_clone ? child_from_flags((uint64_t)a[0], (uint64_t)a[1]) : NO_CHILD;
}

/* The kernel's errors for a process of several threads: EUSERS for time namespaces, else EINVAL. */
static bool is_refused(long result, int error)
{
	return result != 0 && (error == EINVAL || error == EUSERS);
}

#define FOR_ONE_THREAD (CLONE_NEWUSER | CLONE_NEWTIME | CLONE_THREAD | CLONE_VM | CLONE_SIGHAND)

/*
 * Return whether the sidecar may be the reason: the call needs a process of one thread, and there
 * are two.  The directory has a link for each thread, plus two.  Without /proc, assume so.
 */
static bool may_be_our_fault(long number, const long *a)
{
	struct stat tasks;

	if (threads_muted() || (number == SYS_unshare && !(a[0] & FOR_ONE_THREAD)))
		return false;
	return stat("/proc/self/task", &tasks) != 0 || tasks.st_nlink == 4;
}

/*
 * Make the call again after the sidecar has ended, for 100 ms at most: the kernel may count a
 * thread for a moment after it was joined.
 */
static long retry(long number, const long *a)
{
	const struct timespec moment = {0, 1000000};
	const long sleep_args[6] = {(long)&moment};
	long result = call_next(number, a);

	for (int i = 0; i < 100 && is_refused(result, errno); i++) {
		call_next(SYS_nanosleep, sleep_args);
		result = call_next(number, a);
	}
	return result;
}

static long change_namespaces(long number, const long *a)
{
	int before = errno;
	long result = call_next(number, a);
	int error = errno;

	if (!is_refused(result, error))
		return result;
	if (may_be_our_fault(number, a) && hooks->retire()) {
		result = retry(number, a);
		error = result ? errno : before;
	}
	errno = error;
	return result;
}

static long copy_process(long number, const long *a)
{
	long result;
	int error;

	hooks->before_fork();
	result = call_next(number, a);
	error = errno;
	if (result == 0)
		hooks->in_clone();
	hooks->after_fork();
	errno = error;
	return result;
}

/*
 * syscall(2).  The kernel takes six arguments at most; those that the caller left out are
 * undefined.
 *
 * A child with another stack returns to an address that the program has put there, so no frame of
 * ours may be in between.  This signature lets the compiler jump to libc's function instead of
 * calling it; tests/preload/clone_stack.c checks that.
 */
EXPORT long wrapped_syscall(long number, long a0, long a1, long a2, long a3, long a4,
			    long a5) __asm__("syscall");

EXPORT long wrapped_syscall(long number, long a0, long a1, long a2, long a3, long a4, long a5)
{
	const long a[6] = {a0, a1, a2, a3, a4, a5};
	enum child child = child_of_call(number, a);

	if (UNLIKELY(child == OTHER_STACK)) {
		next_resolve();
		return next.syscall(number, a0, a1, a2, a3, a4, a5);
	}
	if (UNLIKELY(needs_retirement(number, a)))
		hooks->retire();
	if (UNLIKELY(number == SYS_unshare || number == SYS_setns))
		return change_namespaces(number, a);
	if (UNLIKELY(child == COPY))
		return copy_process(number, a);
	if (UNLIKELY(next.syscall == NULL))
		return call_kernel(number, a);
	return next.syscall(number, a0, a1, a2, a3, a4, a5);
}

EXPORT int prctl(int option, ...)
{
	va_list args;
	long a[6] = {option};

	va_start(args, option);
	for (int i = 1; i < 5; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (needs_retirement(SYS_prctl, a))
		hooks->retire();
	return (int)call_next(SYS_prctl, a);
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

EXPORT int capset(cap_user_header_t header, cap_user_data_t data)
{
	const long a[6] = {(long)header, (long)data};

	if (needs_retirement(SYS_capset, a))
		hooks->retire();
	return (int)call_next(SYS_capset, a);
}
