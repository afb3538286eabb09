#include "agent/sidecar.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/base/clock.h"
#include "agent/base/futex.h"
#include "agent/guest/main_exit.h"
#include "agent/loop.h"
#include "agent/settings/options.h"
#include "agent/guest/quiesce.h"
#include "shim/shim.h"

#define STACK_BYTES ((size_t)512 << 10)
#define RETIRE_WAIT_NS (100 * CLOCK_MS)
#define OPEN_WAIT_NS CLOCK_S

/* DELAYED: a fork's child that is young; its sidecar has not begun yet. */
enum { DELAYED, WORKING, STOPPED, RELEASED };

#define NOBODY (-1) /* for a process id */

static struct {
	struct loop_task task;
	uint32_t state; /* a futex */
	pthread_t thread;
	char *stack;
	size_t stack_bytes;
} sidecar;

/*
 * Have the system say whether a thread may have descriptors of its own: a filter of system calls
 * may forbid it.  Neither call does anything so: other threads of the program, which a library's
 * constructor may have started, share the table with this one.  Return 0 or an errno.
 */
static int ask_for_descriptors(void)
{
	if (syscall(SYS_close_range, ~0U, ~0U, 0) == 0)
		return 0;
	return unshare(0) ? errno : 0;
}

/*
 * Leave the program's table of file descriptors for one of our own.  Whatever the program closes,
 * opens or counts, it never meets the agent's, and the agent keeps no pipe or port of the program's
 * open. Return 0, or -1 when the system does not let us: then we must not open anything.
 */
static int own_descriptors(void)
{
	if (syscall(SYS_close_range, 0U, ~0U, CLOSE_RANGE_UNSHARE)) {
		long most = sysconf(_SC_OPEN_MAX);

		/* Kernels before 5.9; if this fails too, those are the program's. */
		if (unshare(CLONE_FILES))
			return -1;
		for (int fd = 0; fd < most; fd++)
			close(fd);
	}
	/* So that what a library prints goes nowhere, and no file gets a number below 3. */
	(void)!open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 1; fd < 3; fd++)
		(void)!fcntl(0, F_DUPFD_CLOEXEC, 0);
	return 0;
}

/*
 * At the end of the process, unwinding would only run into its exit.  Nor can the thread end by the
 * raw system call: setuid, in a destructor or another thread, waits for all the threads that libc
 * knows.  So it stays where it is, unless the last thread of the program leaves by pthread_exit
 * even now.
 */
static void park(void)
{
	while (futex_get(&sidecar.state) == STOPPED)
		futex_wait(&sidecar.state, STOPPED, INT64_MAX);
}

/* Return whether there is something to do, after all. */
static bool begins(void)
{
	if (!sidecar.task.is_forked)
		return true;
	loop_delay(&sidecar.task);
	return futex_change(&sidecar.state, DELAYED, WORKING);
}

static void *sidecar_main(void *unused)
{
	enum loop_end why = LOOP_UNABLE;
	int exit_status = 0;
	bool has_own = false;

	(void)unused;
	pthread_setname_np(pthread_self(), "memagent");
	if (sidecar.task.opens_first && own_descriptors() == 0) {
		has_own = true;
		loop_open_first(&sidecar.task);
	}
	/* Else a copy of the table of descriptors, too, is only made when it begins. */
	if (!begins())
		why = LOOP_ASKED;
	else if (has_own || own_descriptors() == 0)
		why = loop_work(&sidecar.task, &exit_status);
	futex_set(&sidecar.task.has_opened, true);
	/* The raw call: the last thread's status is the process's. */
	if (why == LOOP_ALONE)
		syscall(SYS_exit, exit_status);
	/* It may be STOPPED or RELEASED already, in its grace. */
	if (futex_change(&sidecar.state, WORKING, STOPPED))
		futex_wake(&sidecar.state);
	if (why == LOOP_ASKED && !sidecar.task.is_retired)
		park();
	main_exit_join(pthread_self());
	return NULL;
}

/*
 * The stack is ours, not libc's: libc would keep it after a fork, to give it, and what is charged
 * to the agent with it, to a thread of the child's.  A child uses its copy again.
 */
static int make_stack(size_t bytes)
{
	char *stack;

	if (sidecar.stack && sidecar.stack_bytes >= bytes)
		return 0;
	stack = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
	if (stack == MAP_FAILED)
		return errno;
	mprotect(stack, 4096, PROT_NONE);
	sidecar.stack = stack;
	sidecar.stack_bytes = bytes;
	return 0;
}

/* Static TLS comes out of the stack; a program with much of it needs a larger one. */
static int create_thread(void)
{
	int error = EINVAL;

	for (size_t bytes = STACK_BYTES; error == EINVAL && bytes <= 64 * STACK_BYTES; bytes *= 2) {
		pthread_attr_t attr;

		error = make_stack(bytes);
		if (error)
			break;
		pthread_attr_init(&attr);
		error = pthread_attr_setstack(&attr, sidecar.stack, sidecar.stack_bytes);
		if (error == 0)
			error = shim_create_thread(&sidecar.thread, &attr, sidecar_main);
		pthread_attr_destroy(&attr);
	}
	return error;
}

/* A program that may lose rights does not go on before the sidecar has what it needs them for. */
static void await_files(void)
{
	int64_t deadline = clock_mono_ns() + OPEN_WAIT_NS;

	while (sidecar.task.opens_first && !futex_get(&sidecar.task.has_opened) &&
	       clock_mono_ns() < deadline)
		futex_wait(&sidecar.task.has_opened, false, deadline);
}

void sidecar_forget(void)
{
	sidecar.task.pid = NOBODY;
	quiesce_reset();
}

int sidecar_start(const struct options *options)
{
	sigset_t all, before;
	uint32_t muted;
	int error;

	if (sidecar.task.is_retired)
		return 0;
	if (quiesce_is_loading()) {
		sidecar_forget();
		return EBUSY;
	}
	sidecar.task.options = options;
	sidecar.task.wish = LOOP_RUN;
	main_exit_reset();
	quiesce_reset();
	sidecar.task.is_forked = sidecar.task.pid != 0;
	sidecar.state = sidecar.task.is_forked ? DELAYED : WORKING;
	sidecar.task.pid = getpid();
	sidecar.task.user = geteuid();
	sidecar.task.opens_first = loop_must_open_first(options, sidecar.task.is_forked);
	sidecar.task.has_opened = false;
	sidecar.task.started_ns = clock_mono_ns();
	/* Not the raw system call: that would block the signal by which setuid reaches all threads.
	 */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	muted = shim_mute();
	error = ask_for_descriptors();
	if (error == 0) {
		loop_prepare(options);
		error = create_thread();
	}
	shim_unmute(muted);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		sidecar.task.pid = 0;
	else
		await_files();
	return error;
}

/* A process that was cloned behind our back has a copy of all this, but no thread. */
bool sidecar_is_here(void)
{
	return sidecar.task.pid && sidecar.task.pid == getpid();
}

/* Whether it has done, or said that it cannot do, all that it will. */
static bool is_done(void)
{
	return futex_get(&sidecar.state) >= STOPPED;
}

void sidecar_stop(void)
{
	int64_t deadline;
	uint32_t state;

	if (!sidecar_is_here())
		return;
	/* A child that ends young sends nothing: no need to wait until its sidecar has a processor.
	 */
	if (!sidecar.task.is_retired && loop_child_is_short_lived(&sidecar.task) &&
	    futex_change(&sidecar.state, DELAYED, STOPPED))
		return;
	deadline = clock_mono_ns() + sidecar.task.options->exit_timeout;
	/* A little less for the delivery, so that it can still say what became of it. */
	sidecar.task.deadline_ns = deadline - sidecar.task.options->exit_timeout / 10;
	futex_set(&sidecar.task.wish, LOOP_STOP);
	while ((state = futex_get(&sidecar.state)) < STOPPED && clock_mono_ns() < deadline)
		futex_wait(&sidecar.state, state, deadline);
}

bool sidecar_is_over(void)
{
	return sidecar.task.pid == 0 || (sidecar_is_here() && is_done());
}

/* Wait until its thread has ended, and the stand-in's if there is one: no longer than a moment. */
static void see_off(void)
{
	int64_t until = clock_mono_ns() + RETIRE_WAIT_NS;
	struct timespec deadline = {until / CLOCK_S, until % CLOCK_S};

	if (!main_exit_close(sidecar.thread, until))
		pthread_clockjoin_np(sidecar.thread, NULL, CLOCK_MONOTONIC, &deadline);
}

bool sidecar_retire(void)
{
	bool was_here = sidecar_is_here();
	int saved = errno;
	uint32_t muted;

	if (sidecar.task.pid > 0 && !was_here)
		return false;
	muted = shim_mute();
	sidecar.task.is_retired = true;
	sidecar_stop();
	/* It has done its work; see it off, or the filter could catch it on its way out. */
	if (sidecar_is_here())
		see_off();
	sidecar.task.pid = 0;
	shim_unmute(muted);
	errno = saved;
	return was_here;
}

void sidecar_main_exits(void)
{
	int saved = errno;
	uint32_t muted;

	if (!sidecar_is_here())
		return;
	muted = shim_mute();
	main_exit_start();
	/* Have it look from now on, instead of at its next point. */
	futex_wake(&sidecar.task.wish);
	/* Unless it does not look any more.  Without it libc finds out whether this thread is the
	 * last, which then goes on with the exit that it may be in. */
	if (futex_change(&sidecar.state, STOPPED, RELEASED)) {
		futex_wake(&sidecar.state);
		see_off();
	}
	shim_unmute(muted);
	errno = saved;
}

bool sidecar_hold(bool briefly)
{
	return !sidecar.task.is_retired && quiesce_hold(briefly);
}

void sidecar_release(void)
{
	quiesce_release();
}
