/*
 * syscall: system calls that a program makes by itself, and that the agent has to know of.
 *
 * A program that sets a seccomp filter locks itself in.  The agent leaves before it does: with
 * TSYNC the filter would be the sidecar's too, and could kill the process for what the sidecar
 * does; without, the sidecar would be a thread outside.  libc has no function for seccomp(2), so it
 * comes by way of syscall, or of prctl.
 *
 * The same of landlock: it would hold for the calling thread alone.
 *
 * One that keeps the capabilities by which it changes users, when it stops being root, keeps them
 * in the calling thread.  When it then changes users by way of libc, that has all threads do the
 * same, and ends the process if one cannot.  So the agent leaves before.
 *
 * One that makes a user namespace or joins one, or a mount namespace, must have a single thread.
 * The kernel is asked first, so that nothing changes for whom it lets do it; when it refuses
 * because of the agent's thread, that leaves, and it is asked again.
 *
 * One that copies itself by the bare call is as fork (see copy.c).
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
#include "shim/threads.h"

#ifdef __x86_64__
static long call_here(long number, const long *a)
{
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
}
#else
static long call_here(long number, const long *a)
{
	next_resolve();
	return next.syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
#endif

/*
 * By way of libc, where it can be looked up: a program may let nobody else make system calls
 * (PR_SET_SYSCALL_USER_DISPATCH).  An allocator may come here before, while it is being set up.
 */
static long call(long number, const long *a)
{
	if (UNLIKELY(next.syscall == NULL))
		return call_here(number, a);
	return next.syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/*
 * Whether the word at the program's ${address} can be read: the kernel looks at it before it finds
 * that it is asked for nothing.  It is to answer for a bad pointer, not we.
 */
static bool is_readable(long address, size_t offset)
{
	const long a[6] = {-1, address + (long)offset, 0, sizeof(uint64_t)};
	int saved = errno;
	bool readable = call(SYS_rt_sigprocmask, a) == 0 || errno != EFAULT;

	errno = saved;
	return readable;
}

/* A filter that is nowhere is only asked for to see whether the kernel knows filters. */
static bool sets_filter(long number, const long *a)
{
	if (number == SYS_seccomp)
		return a[0] == SECCOMP_SET_MODE_STRICT ||
		       (a[0] == SECCOMP_SET_MODE_FILTER && a[2] != 0);
	return number == SYS_prctl && a[0] == PR_SET_SECCOMP &&
	       (a[1] == SECCOMP_MODE_STRICT || a[2] != 0);
}

/* A ruleset below 0 is none: that only asks whether the kernel knows landlock. */
static bool restricts_files(long number, const long *a)
{
#ifdef SYS_landlock_restrict_self
	return number == SYS_landlock_restrict_self && (int)a[0] >= 0;
#else
	(void)number, (void)a;
	return false;
#endif
}

/* Whether the program has said that it keeps capabilities when it stops being root. */
static bool keeps;

static void note_keeping(const long *a)
{
	if ((a[0] == PR_SET_KEEPCAPS && a[1] == 1) ||
	    (a[0] == PR_SET_SECUREBITS && (a[1] & SECBIT_KEEP_CAPS)))
		keeps = true;
}

/* For libc has no header for it, libcap's has. */
EXPORT int capset(cap_user_header_t header, cap_user_data_t data);

static bool keeps_changing_users(long number, const long *a)
{
	if (number == SYS_prctl)
		return a[0] == PR_SET_SECUREBITS && (a[1] & SECBIT_NO_SETUID_FIXUP);
	if (number != SYS_capset || !keeps || !is_readable(a[1], 0))
		return false;
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): so it is passed */
	return (((const struct __user_cap_data_struct *)a[1])->permitted &
		CAPABILITIES_TO_CHANGE_IDS) != 0;
}

static bool locks_in(long number, const long *a)
{
	if (number == SYS_prctl)
		note_keeping(a);
	return (sets_filter(number, a) || restricts_files(number, a) ||
		keeps_changing_users(number, a)) &&
	       !threads_muted();
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
	if (number == SYS_clone3 && is_readable(a[0], offsetof(struct clone_args, flags)) &&
	    is_readable(a[0], offsetof(struct clone_args, stack))) {
		/* NOLINTNEXTLINE(performance-no-int-to-ptr): so it is passed */
		const struct clone_args *args = (const struct clone_args *)a[0];

		return child_of(args->flags, args->stack);
	}
#endif
	return number == SYS_clone ? child_of((uint64_t)a[0], (uint64_t)a[1]) : NO_CHILD;
}

/* What a process of several threads is told: EUSERS of namespaces of time, EINVAL of the others. */
static bool is_refused(long result, int error)
{
	return result != 0 && (error == EINVAL || error == EUSERS);
}

#define FOR_ONE_THREAD (CLONE_NEWUSER | CLONE_NEWTIME | CLONE_THREAD | CLONE_VM | CLONE_SIGHAND)

/*
 * Whether that can be for the agent's thread: it is asked for what one thread may do, and there are
 * two.  The directory of threads has a link for each, and two more; without /proc nobody can tell.
 */
static bool is_for_us(long number, const long *a)
{
	struct stat tasks;

	if (threads_muted() || (number == SYS_unshare && !(a[0] & FOR_ONE_THREAD)))
		return false;
	return stat("/proc/self/task", &tasks) != 0 || tasks.st_nlink == 4;
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

	for (int i = 0; i < 100 && is_refused(result, errno); i++) {
		call(SYS_nanosleep, nap);
		result = call(number, a);
	}
	return result;
}

static long change_namespaces(long number, const long *a)
{
	int before = errno;
	long result = call(number, a);
	int error = errno;

	if (!is_refused(result, error))
		return result;
	if (is_for_us(number, a) && hooks->retire()) {
		result = ask_again(number, a);
		error = result ? errno : before;
	}
	errno = error;
	return result;
}

static long copy(long number, const long *a)
{
	long result;
	int error;

	hooks->before_fork(false);
	result = call(number, a);
	error = errno;
	if (result == 0)
		hooks->in_clone();
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
		hooks->retire();
	if (UNLIKELY(number == SYS_unshare || number == SYS_setns))
		return change_namespaces(number, a);
	if (UNLIKELY(child == COPY))
		return copy(number, a);
	if (UNLIKELY(next.syscall == NULL))
		return call_here(number, a);
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
	if (locks_in(SYS_prctl, a))
		hooks->retire();
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

EXPORT int capset(cap_user_header_t header, cap_user_data_t data)
{
	const long a[6] = {(long)header, (long)data};

	if (locks_in(SYS_capset, a))
		hooks->retire();
	return (int)call(SYS_capset, a);
}
