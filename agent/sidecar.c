#include "agent/sidecar.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/backlog.h"
#include "agent/clock.h"
#include "agent/coverage.h"
#include "agent/delivery.h"
#include "agent/destination.h"
#include "agent/futex.h"
#include "agent/head.h"
#include "agent/kin.h"
#include "agent/last.h"
#include "agent/line.h"
#include "agent/log.h"
#include "agent/options.h"
#include "agent/proc.h"
#include "agent/rights.h"
#include "agent/sampler.h"
#include "agent/schedule.h"
#include "agent/spool.h"
#include "agent/trim.h"
#include "agent/url.h"
#include "shim/shim.h"

#define STACK_BYTES ((size_t)512 << 10)
#define HOLD_NS (100 * CLOCK_MS)
#define GRACE_NS (20 * CLOCK_MS)
#define PARTING_NS (50 * CLOCK_MS)

/* What the sidecar is asked, and what it answers. */
enum { RUN, STOP };
enum { WORKING, STOPPED };

static struct {
	const struct options *options;
	pid_t pid; /* whose sidecar this is; 0 at first */
	pthread_t thread;
	bool outlived;	    /* the main thread, by others */
	int exit_status;    /* that the process is to have, when the sidecar is its last thread */
	bool locked_in;	    /* with seccomp: no sidecar any more */
	bool is_forked;	    /* started in the child of a fork */
	bool is_child;	    /* of a metered program */
	int64_t started_ns; /* monotonic */
	char *stack;
	size_t stack_bytes;
	uint32_t wish;	     /* RUN or STOP */
	uint32_t state;	     /* WORKING or STOPPED */
	int64_t deadline_ns; /* monotonic: when the last delivery must be over */

	struct sampler sampler;
	struct trim trim;
	struct rights_watch rights;
	struct agent_health health;
	struct backlog backlog;
	struct spool spool;
	struct delivery delivery;
	struct destination destination;
	bool can_deliver;

	struct line head;
	struct line line;
	char head_text[LINE_HEAD_BYTES];
	char line_text[LINE_BYTES];
} sidecar;

/* Held by the sidecar whenever it is not waiting; see sidecar_hold. */
static pthread_mutex_t working = PTHREAD_MUTEX_INITIALIZER;
static THREAD_LOCAL bool held; /* by this thread, in sidecar_hold */

static void wait_begins(void)
{
	pthread_mutex_unlock(&working);
}

static void wait_ends(void)
{
	pthread_mutex_lock(&working);
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
	for (int fd = 0; fd < 3; fd++)
		(void)!open("/dev/null", O_RDWR | O_CLOEXEC);
	return 0;
}

static void say_problems(const char *problems)
{
	while (*problems) {
		size_t n = strcspn(problems, "\n");

		log_say(LOG_CONFIG, "%.*s", (int)n, problems);
		problems += n + (problems[n] == '\n');
	}
}

/* Something that a dashboard marks, whatever the schema of the points. */
static void add_event(const char *event, const char *text)
{
	char measurement[300];

	if (!sidecar.can_deliver)
		return;
	snprintf(measurement, sizeof(measurement), "%s_event",
		 sidecar.options->measurement[0] ? sidecar.options->measurement : "memagent");
	if (line_event(&sidecar.line, measurement, &sidecar.head, event, text, clock_wall_ns()) ==
	    0)
		backlog_add(&sidecar.backlog, sidecar.line.text, sidecar.line.used);
}

static void look_at_coverage(void)
{
	char why[512];

	sidecar.health.coverage = coverage_is_whole(why, sizeof(why));
	if (sidecar.health.coverage == 0)
		log_say(LOG_CONFIG, "not all of this program is seen: %s", why);
}

static void open_all(void)
{
	const struct options *o = sidecar.options;
	struct allocator *allocator = &sidecar.sampler.allocator;

	log_open(o->log, sidecar.pid, sidecar.is_child);
	say_problems(o->problems);
	memset(&sidecar.health, -1, sizeof(sidecar.health));
	look_at_coverage();
	line_start(&sidecar.head, sidecar.head_text, sizeof(sidecar.head_text));
	line_start(&sidecar.line, sidecar.line_text, sizeof(sidecar.line_text));
	allocator_open(allocator, o->allocator_interval);
	head_write(&sidecar.head, o, sidecar.pid, allocator->heap->name, allocator->version);
	sidecar.can_deliver =
	    sidecar.backlog.ring != NULL &&
	    destination_open(&sidecar.destination, o, wait_begins, wait_ends) == 0;
	if (sidecar.can_deliver && o->spool[0])
		spool_open(&sidecar.spool, o);
	/* After the destination: where descriptors are few, that is the one to have. */
	sampler_open(&sidecar.sampler, &sidecar.trim);
	if (trim_open(&sidecar.trim, allocator->heap, o->trim_interval))
		log_say(LOG_CONFIG,
			"MEMAGENT_TRIM_INTERVAL has no effect: allocator %s cannot be asked to "
			"give memory back",
			allocator->heap->name);
	rights_open(&sidecar.rights);
	if (sidecar.can_deliver)
		delivery_init(&sidecar.delivery, sidecar.destination.transport,
			      sidecar.destination.handle, &sidecar.backlog);
	add_event("start", sidecar.is_forked ? "forked" : "started");
}

static void update_health(int64_t late_ns)
{
	sidecar.health.late_ns = late_ns;
	sidecar.health.send_ns = sidecar.delivery.send_ns;
	sidecar.health.send_errors = (int64_t)sidecar.delivery.errors;
	sidecar.health.points_buffered = (int64_t)backlog_points(&sidecar.backlog);
	sidecar.health.points_dropped = (int64_t)delivery_dropped(&sidecar.delivery);
}

/* Add the lines of a point to the backlog: more than one where the transport takes short ones only.
 */
static void keep(const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		backlog_add(&sidecar.backlog, text, (size_t)(newline + 1 - text));
		text = newline + 1;
	}
}

/* Take a point that was due at ${due_ns}. */
static void tick(int64_t due_ns)
{
	int64_t cpu = clock_thread_cpu_ns();
	struct point point;

	if (!sidecar.can_deliver)
		return;
	update_health(clock_mono_ns() - due_ns);
	sampler_take(&sidecar.sampler, &sidecar.health, &point);
	point.schema = sidecar.options->schema;
	if (line_point(&sidecar.line, &sidecar.head, &point,
		       sidecar.destination.transport->longest_line) == 0) {
		keep(sidecar.line.text, sidecar.line.used);
	} else {
		sidecar.backlog.dropped++;
		log_say(LOG_SEND, "the tags are too long for a point over UDP; it is dropped");
	}
	sidecar.health.tick_ns = clock_thread_cpu_ns() - cpu;
}

/*
 * The main thread has left.  If all others have too, have the process end; else return when to look
 * again, ${until_ns} at the latest.
 */
static int64_t end_if_alone(int64_t until_ns)
{
	struct proc_status status;
	int64_t next_look = clock_mono_ns() + LAST_LOOK_NS;

	/* Without /proc nobody can tell: then better early than never. */
	if ((proc_status_read(sidecar.sampler.status_fd, &status) ||
	     status.threads <= LAST_THREADS) &&
	    proc_main_is_gone(NULL) != 0)
		last_end();
	return next_look < until_ns ? next_look : until_ns;
}

/* Go on with the delivery, or rest, until ${until_ns} at most or until the process wants to end. */
static void pass_time(int64_t until_ns)
{
	int64_t due = sidecar.can_deliver ? delivery_due_ns(&sidecar.delivery) : INT64_MAX;

	if (sidecar.can_deliver &&
	    (delivery_is_busy(&sidecar.delivery) || due <= clock_mono_ns())) {
		delivery_step(&sidecar.delivery, until_ns - clock_mono_ns());
		return;
	}
	if (due < until_ns)
		until_ns = due;
	if (last_is_watched())
		until_ns = end_if_alone(until_ns);
	wait_begins();
	futex_wait(&sidecar.wish, RUN, until_ns);
	wait_ends();
}

/*
 * When the schedule begins: somewhere in the past interval, so that processes that are started
 * together do not all send at the same moment.
 */
static int64_t phase_ns(void)
{
	uint64_t mixed = (uint64_t)clock_wall_ns() ^ (uint64_t)sidecar.pid << 32;

	mixed *= UINT64_C(0x9e3779b97f4a7c15); /* Fibonacci hashing: the high bits depend on all */
	return clock_mono_ns() - (int64_t)(mixed >> 11) % sidecar.options->interval;
}

/* How old a child must be for its points to be worth a round trip. */
static int64_t least_age(void)
{
	const struct options *o = sidecar.options;

	if (url_scheme(o->url) == URL_FILE)
		return 0;
	return o->min_uptime ? o->min_uptime : o->interval;
}

/* A program that starts many others is not to wait for the network at the end of each. */
static bool is_not_worth_it(void)
{
	return sidecar.is_child && clock_mono_ns() - sidecar.started_ns < least_age();
}

/* Why it ran no longer: it was asked to stop, it may more than the program, or there is no program.
 */
enum end { ASKED, UNEQUAL, ALONE };

/*
 * The main thread has ended by the raw system call, and no other is left: without us the process
 * would be over.
 */
static bool is_alone(void)
{
	struct proc_status status;
	int main_status;

	if (last_is_watched() || proc_main_is_gone(&main_status) != 1 ||
	    proc_status_read(sidecar.sampler.status_fd, &status))
		return false;
	if (status.threads > LAST_THREADS - 1) {
		sidecar.outlived = true;
		return false;
	}
	/* The status is the last thread's: the main thread's, or that of one which returned. */
	sidecar.exit_status = sidecar.outlived ? 0 : main_status;
	return true;
}

static enum end run(void)
{
	int64_t start = phase_ns();
	int64_t due = schedule_next(start, sidecar.options->interval, clock_mono_ns());

	/* What there is before the first point goes with it, and not for a child that may be gone
	 * soon. */
	delivery_not_before(&sidecar.delivery, due);
	if (sidecar.is_child)
		delivery_not_before(&sidecar.delivery, sidecar.started_ns + least_age());
	while (futex_get(&sidecar.wish) == RUN) {
		int64_t now = clock_mono_ns();

		if (now >= due) {
			if (rights_follow(&sidecar.rights))
				return UNEQUAL;
			tick(due);
			if (is_alone())
				return ALONE;
			if (sidecar.can_deliver && sidecar.options->spool[0] &&
			    sidecar.delivery.failures == 0 && sidecar.delivery.send_ns >= 0)
				spool_feed(&sidecar.spool, &sidecar.backlog);
			due = schedule_next(start, sidecar.options->interval, now);
		}
		if (now >= sidecar.trim.due_ns)
			trim_run(&sidecar.trim, sidecar.sampler.status_fd);
		pass_time(sidecar.trim.due_ns < due ? sidecar.trim.due_ns : due);
	}
	return ASKED;
}

/* Deliver what there is by ${deadline_ns}, and keep or mourn the rest. */
static void deliver_rest(int64_t deadline_ns)
{
	const struct options *o = sidecar.options;
	unsigned long long left;

	if (!sidecar.can_deliver || delivery_finish(&sidecar.delivery, deadline_ns))
		return;
	left = backlog_points(&sidecar.backlog);
	if (o->spool[0] && spool_save(&sidecar.spool, &sidecar.backlog) == 0)
		log_say(LOG_END, "cannot deliver: %s; the program ends, %llu points are kept in %s",
			sidecar.delivery.reason, left, o->spool);
	else
		log_say(LOG_END, "cannot deliver: %s; the program ends, %llu points are lost",
			sidecar.delivery.reason, left);
}

static void give_up(void)
{
	log_say(LOG_END, "the program has given up rights that this thread cannot give up: it ends "
			 "here, and with it what is seen of the program");
	add_event("exit", "gave up rights, no longer seen");
	deliver_rest(clock_mono_ns() + PARTING_NS);
}

static void say_farewell(enum end why)
{
	if (why == UNEQUAL) {
		give_up();
		return;
	}
	if (is_not_worth_it())
		return;
	if (sidecar.locked_in)
		sidecar.health.coverage = 0;
	add_event("exit", sidecar.locked_in ? "locked itself in, no longer seen" : "exited");
	allocator_rest(&sidecar.sampler.allocator);
	tick(clock_mono_ns());
	deliver_rest(why == ALONE ? clock_mono_ns() + sidecar.options->exit_timeout
				  : sidecar.deadline_ns);
}

static enum end work(void)
{
	enum end why = ASKED;

	wait_ends();
	sidecar.is_child = sidecar.is_forked || kin_is_metered(getppid());
	/* Most children become another program at once, or end: open nothing for those. */
	wait_begins();
	if (sidecar.is_child)
		futex_wait(&sidecar.wish, RUN, clock_mono_ns() + GRACE_NS);
	wait_ends();
	if (futex_get(&sidecar.wish) == RUN || !is_not_worth_it()) {
		open_all();
		why = run();
		say_farewell(why);
	}
	wait_begins();
	return why;
}

static void *sidecar_main(void *unused)
{
	enum end why = ASKED;

	(void)unused;
	pthread_setname_np(pthread_self(), "memagent");
	/* The same for the copy of the table of descriptors. */
	if (sidecar.is_forked)
		futex_wait(&sidecar.wish, RUN, clock_mono_ns() + GRACE_NS);
	if (own_descriptors() == 0)
		why = work();
	/* The raw call: the last thread's status is the process's. */
	if (why == ALONE)
		syscall(SYS_exit, sidecar.exit_status);
	futex_set(&sidecar.state, STOPPED);
	/* At the end of the process, unwinding would only run into its exit. */
	if (why == ASKED && !sidecar.locked_in)
		for (;;)
			pause();
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
			error = shim_create_thread(&sidecar.thread, &attr, sidecar_main, NULL);
		pthread_attr_destroy(&attr);
	}
	return error;
}

int sidecar_start(const struct options *options)
{
	sigset_t all, before;
	uint32_t muted;
	int error;

	if (sidecar.locked_in)
		return 0;
	sidecar.options = options;
	sidecar.wish = RUN;
	sidecar.state = WORKING;
	last_after_fork();
	working = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	held = false;
	sidecar.is_forked = sidecar.pid != 0;
	sidecar.pid = getpid();
	sidecar.started_ns = clock_mono_ns();
	if (sidecar.backlog.ring)
		backlog_reset(&sidecar.backlog);
	else
		backlog_open(&sidecar.backlog, (size_t)options->buffer);
	/* Not the raw system call: that would block the signal by which setuid reaches all threads.
	 */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	muted = shim_mute();
	error = create_thread();
	shim_unmute(muted);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		sidecar.pid = 0;
	return error;
}

/* A process that was cloned behind our back has a copy of all this, but no thread. */
static bool is_here(void)
{
	return sidecar.pid && sidecar.pid == getpid();
}

void sidecar_stop(void)
{
	int64_t deadline;

	if (!is_here())
		return;
	deadline = clock_mono_ns() + sidecar.options->exit_timeout;
	/* A little less for the delivery, so that it can still say what became of it. */
	sidecar.deadline_ns = deadline - sidecar.options->exit_timeout / 10;
	futex_set(&sidecar.wish, STOP);
	while (futex_get(&sidecar.state) == WORKING && clock_mono_ns() < deadline)
		futex_wait(&sidecar.state, WORKING, deadline);
}

void sidecar_lock_in(void)
{
	uint32_t muted = shim_mute();
	int64_t until;
	struct timespec deadline;

	sidecar.locked_in = true;
	sidecar_stop();
	until = clock_mono_ns() + HOLD_NS;
	deadline = (struct timespec){until / CLOCK_S, until % CLOCK_S};
	/* It has done its work; see it off, or the filter could catch it on its way out. */
	if (is_here())
		pthread_clockjoin_np(sidecar.thread, NULL, CLOCK_MONOTONIC, &deadline);
	sidecar.pid = 0;
	shim_unmute(muted);
}

void sidecar_main_leaves(void)
{
	if (!is_here())
		return;
	last_start();
	/* Have it look from now on, instead of at its next point. */
	futex_wake(&sidecar.wish);
}

void sidecar_hold(void)
{
	int64_t until = clock_mono_ns() + HOLD_NS;
	struct timespec deadline = {until / CLOCK_S, until % CLOCK_S};

	if (!sidecar.locked_in)
		held = pthread_mutex_clocklock(&working, CLOCK_MONOTONIC, &deadline) == 0;
}

void sidecar_release(void)
{
	if (held)
		pthread_mutex_unlock(&working);
	held = false;
}
