/*
 * Invariants:
 *
 * 1. task.pid equals getpid() in a process that has started a sidecar and has not retired it.  It
 *    is 0 without one, NO_PROCESS in a copy made by clone, and the parent's id in a vfork child.
 * 2. state only grows: DELAYED, WORKING, STOPPED, RELEASED.  Only sidecar_start sets it back,
 *    before the thread exists.  From STOPPED on, the thread takes no point and holds no lock.
 * 3. The thread opens no file before it has its own table of file descriptors.
 * 4. The thread blocks all signals from its first instruction on: it inherits the mask.
 * 5. Once is_retired is set, no sidecar is started in this process or in its children.
 * 6. The stack is never unmapped; a forked child uses its copy again.
 */
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
#include "shim/sites/sites.h"

#define STACK_BYTES ((size_t)512 << 10)
#define RETIRE_WAIT_NS (100 * CLOCK_MS)
#define OPEN_WAIT_NS CLOCK_S

/* DELAYED: in a new forked child, whose sidecar waits before it works, as it may be short-lived. */
enum { DELAYED, WORKING, STOPPED, RELEASED };

#define NO_PROCESS (-1) /* as task.pid: a copy of a process with a sidecar */

static struct {
	struct loop_task task;
	uint32_t state; /* a futex */
	pthread_t thread;
	char *stack;
	size_t stack_bytes;
} sidecar;

/*
 * Check whether a seccomp filter lets a thread have its own table of file descriptors.  Return 0 or
 * an errno.  The calls here change nothing, because other threads share the table with this one.
 */
static int probe_own_descriptors(void)
{
	if (syscall(SYS_close_range, ~0U, ~0U, 0) == 0)
		return 0;
	return unshare(0) ? errno : 0;
}

/*
 * Give the calling thread an empty table of file descriptors.  The program cannot see or close the
 * agent's descriptors, and the agent keeps no pipe or port of the program open.  Return 0, or -1
 * when the system refuses: then the agent must not open anything.
 */
static int unshare_descriptors(void)
{
	if (syscall(SYS_close_range, 0U, ~0U, CLOSE_RANGE_UNSHARE)) {
		long most = sysconf(_SC_OPEN_MAX);

		/* Before Linux 5.9.  If this fails, the table is still the program's. */
		if (unshare(CLONE_FILES))
			return -1;
		for (int fd = 0; fd < most; fd++)
			close(fd);
	}
	/* Fill 0 to 2: libraries print to nowhere, and no file of ours gets such a number. */
	(void)!open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 1; fd < 3; fd++)
		(void)!fcntl(0, F_DUPFD_CLOEXEC, 0);
	return 0;
}

/*
 * Wait while the process exits.  The thread must not end by the raw system call, because libc's
 * setuid would wait for it.  Only pthread_exit of the program's last thread releases it.
 */
static void wait_for_exit(void)
{
	while (futex_get(&sidecar.state) == STOPPED)
		futex_wait(&sidecar.state, STOPPED, INT64_MAX);
}

/* Wait in a new forked child.  Return false if the sidecar was stopped before it worked. */
static bool start_working(void)
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
	bool has_descriptors = false;

	(void)unused;
	pthread_setname_np(pthread_self(), "memagent");
	if (sidecar.task.opens_first && unshare_descriptors() == 0) {
		has_descriptors = true;
		loop_open_first(&sidecar.task);
	}
	/* While it waits, it need not copy the descriptor table. */
	if (!start_working())
		why = LOOP_ASKED;
	else if (has_descriptors || unshare_descriptors() == 0)
		why = loop_work(&sidecar.task, &exit_status);
	if (why != LOOP_ASKED)
		sites_set_mean(0); /* nobody reports them */
	futex_set(&sidecar.task.has_opened, true);
	/* The raw call: the last thread's status becomes the process's. */
	if (why == LOOP_ALONE)
		syscall(SYS_exit, exit_status);
	/* Else sidecar_stop has set STOPPED while it was DELAYED. */
	if (futex_change(&sidecar.state, WORKING, STOPPED))
		futex_wake(&sidecar.state);
	if (why == LOOP_ASKED && !sidecar.task.is_retired)
		wait_for_exit();
	main_exit_join(pthread_self());
	return NULL;
}

/*
 * Map the stack here: a stack of libc's would be reused by a thread of a forked child, and would
 * still be charged to the agent.  A forked child uses its copy again.
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

/* Static TLS takes room in the stack, so a program with much of it needs a larger stack. */
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

/* Wait until the sidecar has opened the files that the program may lose access to. */
static void wait_for_files(void)
{
	int64_t deadline = clock_mono_ns() + OPEN_WAIT_NS;

	while (sidecar.task.opens_first && !futex_get(&sidecar.task.has_opened) &&
	       clock_mono_ns() < deadline)
		futex_wait(&sidecar.task.has_opened, false, deadline);
}

void sidecar_forget(void)
{
	sidecar.task.pid = NO_PROCESS;
	quiesce_reset();
	sites_set_mean(0);
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
	sidecar.task.request = LOOP_RUN;
	main_exit_reset();
	quiesce_reset();
	sidecar.task.is_forked = sidecar.task.pid != 0;
	sidecar.state = sidecar.task.is_forked ? DELAYED : WORKING;
	sidecar.task.pid = getpid();
	sidecar.task.user = geteuid();
	sidecar.task.opens_first = loop_must_open_first(options, sidecar.task.is_forked);
	sidecar.task.has_opened = false;
	sidecar.task.started_ns = clock_mono_ns();
	/* The raw call would also block the signal that libc's setuid sends to all threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	muted = shim_mute();
	error = probe_own_descriptors();
	if (error == 0) {
		loop_prepare(options);
		error = create_thread();
	}
	shim_unmute(muted);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error) {
		sidecar.task.pid = 0;
		sites_set_mean(0);
	} else {
		wait_for_files();
	}
	return error;
}

/* A process made by a bare clone has a copy of this state, but no thread. */
bool sidecar_is_here(void)
{
	return sidecar.task.pid && sidecar.task.pid == getpid();
}

/* Return whether the sidecar has finished or given up. */
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
	/* A short-lived child sends nothing, so do not wait until its sidecar runs. */
	if (!sidecar.task.is_retired && loop_child_is_short_lived(&sidecar.task) &&
	    futex_change(&sidecar.state, DELAYED, STOPPED))
		return;
	deadline = clock_mono_ns() + sidecar.task.options->exit_timeout;
	/* Delivery gets a little less, which leaves time to log the result. */
	sidecar.task.deadline_ns = deadline - sidecar.task.options->exit_timeout / 10;
	futex_set(&sidecar.task.request, LOOP_STOP);
	while ((state = futex_get(&sidecar.state)) < STOPPED && clock_mono_ns() < deadline)
		futex_wait(&sidecar.state, state, deadline);
}

bool sidecar_is_over(void)
{
	return sidecar.task.pid == 0 || (sidecar_is_here() && is_done());
}

/* Join the sidecar's thread and the exit thread, if any.  Wait RETIRE_WAIT_NS at most. */
static void join_threads(void)
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
	/* A new filter could still kill the thread on its way out, so wait until it is gone. */
	if (sidecar_is_here())
		join_threads();
	sidecar.task.pid = 0;
	sites_set_mean(0);
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
	/* Wake it: its loop now watches for the end of the last thread. */
	futex_wake(&sidecar.task.request);
	/* If its loop has ended, let its thread end too.  libc's count of threads is then right. */
	if (futex_change(&sidecar.state, STOPPED, RELEASED)) {
		futex_wake(&sidecar.state);
		join_threads();
	}
	shim_unmute(muted);
	errno = saved;
}

bool sidecar_hold(void)
{
	return !sidecar.task.is_retired && quiesce_hold();
}

void sidecar_release(void)
{
	quiesce_release();
}
