#include "agent/loop.h"

#include "agent/base/clock.h"
#include "agent/base/futex.h"
#include "agent/base/log.h"
#include "agent/base/schedule.h"
#include "agent/deliver/load.h"
#include "agent/guest/main_exit.h"
#include "agent/guest/quiesce.h"
#include "agent/guest/privileges.h"
#include "agent/measure/coverage.h"
#include "agent/measure/proc.h"
#include "agent/parent.h"
#include "agent/recorder.h"
#include "agent/settings/options.h"
#include "agent/settings/url.h"
#include "shim/sites/sites.h"

#define START_DELAY_NS (20 * CLOCK_MS)
#define LAST_DELIVERY_NS (50 * CLOCK_MS)
#define MAX_WATCH_NS CLOCK_S /* longest time between two calls of watch_program */

#define RETIRED_EVENT "uses seccomp, landlock, kept capabilities or namespaces, no longer reported"

static struct {
	struct loop_task *task;
	struct recorder recorder;
	struct privileges_watch privileges;
	int64_t start_ns; /* of the schedule of points */
	int64_t coverage_due_ns;
	enum loop_end end;   /* LOOP_ASKED, or why the loop must end on its own */
	bool main_has_ended; /* and other threads of the program ran on */
	int exit_status;     /* for the process, when the sidecar is its last thread */
} loop;

static bool should_run(void)
{
	return futex_get(&loop.task->request) == LOOP_RUN;
}

/*
 * Return a random start for the schedule, within the past interval.  Processes that start together
 * then send at different times.
 */
static int64_t random_start_ns(void)
{
	uint64_t mixed = (uint64_t)clock_wall_ns() ^ (uint64_t)loop.task->pid << 32;

	mixed *= UINT64_C(0x9e3779b97f4a7c15); /* Fibonacci hashing: the high bits depend on all */
	return clock_mono_ns() - (int64_t)(mixed >> 11) % loop.task->options->interval;
}

/* Return how old a child must be before its points are sent. */
static int64_t min_uptime_ns(const struct options *o)
{
	if (url_scheme(o->url) == URL_FILE)
		return 0;
	return o->min_uptime ? o->min_uptime : o->interval;
}

static bool is_short_lived(const struct loop_task *task)
{
	return clock_mono_ns() - task->started_ns < min_uptime_ns(task->options);
}

bool loop_child_is_short_lived(const struct loop_task *task)
{
	return task->is_forked && is_short_lived(task);
}

/*
 * Return whether this is a short-lived child of a metered program.  A program that starts many
 * children must not wait for the network at the end of each.
 */
static bool is_short_lived_child(void)
{
	return is_short_lived(loop.task) && parent_is_metered();
}

/*
 * Return whether the main thread has ended by the raw system call and no other thread of the
 * program is left.  Without the sidecar, the process would have ended.
 */
static bool is_last_thread(void)
{
	int64_t value[FIELDS];
	int main_status;

	if (main_exit_is_pending() || proc_main_is_gone(&main_status) != 1 ||
	    proc_status_read(loop.recorder.sampler.status_fd, value))
		return false;
	if (value[FIELD_threads] > MAIN_EXIT_THREADS - 1) {
		loop.main_has_ended = true;
		return false;
	}
	/* The process ends with the status of its last thread; a thread that returns has 0. */
	loop.exit_status = loop.main_has_ended ? 0 : main_status;
	return true;
}

/* A check takes a millisecond in a process with many loaded objects. */
static int64_t coverage_period_ns(void)
{
	int64_t ns = loop.task->options->interval * 10;

	if (ns < CLOCK_S)
		return CLOCK_S;
	return ns < 10 * CLOCK_S ? ns : 10 * CLOCK_S;
}

/* Check again and again: RTLD_LAZY binds a name when it is first used. */
static void check_coverage(int64_t now_ns)
{
	if (loop.recorder.health.coverage == 0 ||
	    (now_ns < loop.coverage_due_ns && !coverage_is_stale()))
		return;
	recorder_check_coverage(&loop.recorder, false);
	loop.coverage_due_ns = now_ns + coverage_period_ns();
}

/* Each timer function is called when it is due and returns its next due time. */
enum { POINT, WATCH, TRIM, MAIN_EXIT, TIMERS };

static int64_t due_ns[TIMERS]; /* monotonic */

static int64_t take_point(int64_t now_ns)
{
	recorder_add_point(&loop.recorder, due_ns[POINT]);
	due_ns[WATCH] = now_ns; /* saves one wakeup */
	return schedule_next(loop.start_ns, loop.task->options->interval, now_ns);
}

static int64_t watch_program(int64_t now_ns)
{
	int64_t interval = loop.task->options->interval;
	enum privileges_verdict verdict = privileges_follow(&loop.privileges);

	sites_set_time((uint32_t)(now_ns / CLOCK_S));
	if (verdict != PRIVILEGES_NO_MORE)
		loop.end = verdict == PRIVILEGES_MORE ? LOOP_MORE_PRIVILEGES : LOOP_OTHER_NAMESPACE;
	else if (is_last_thread())
		loop.end = LOOP_ALONE;
	else
		check_coverage(now_ns);
	return now_ns + (interval < MAX_WATCH_NS ? interval : MAX_WATCH_NS);
}

static int64_t trim(int64_t now_ns)
{
	(void)now_ns;
	trim_run(&loop.recorder.trim, loop.recorder.sampler.status_fd);
	return loop.recorder.trim.due_ns;
}

/*
 * Runs once the main thread has called pthread_exit.  End the process if all other threads of the
 * program have ended too.  Without /proc that is unknown: then end it now rather than never.
 */
static int64_t end_if_last(int64_t now_ns)
{
	int64_t value[FIELDS];

	if ((proc_status_read(loop.recorder.sampler.status_fd, value) ||
	     value[FIELD_threads] <= MAIN_EXIT_THREADS) &&
	    proc_main_is_gone(NULL) != 0)
		main_exit_finish();
	return now_ns + MAIN_EXIT_POLL_NS;
}

static int64_t (*const timers[TIMERS])(int64_t now_ns) = {take_point, watch_program, trim,
							  end_if_last};

static void start_timers(void)
{
	loop.start_ns = random_start_ns();
	due_ns[POINT] = schedule_next(loop.start_ns, loop.task->options->interval, clock_mono_ns());
	due_ns[WATCH] = 0;
	due_ns[TRIM] = loop.recorder.trim.due_ns;
	due_ns[MAIN_EXIT] = INT64_MAX;
	loop.coverage_due_ns = clock_mono_ns() + coverage_period_ns();
}

/* Call the timers that are due.  Return when the next one is due. */
static int64_t run_timers(void)
{
	int64_t now_ns = clock_mono_ns(), next_ns = INT64_MAX;

	if (due_ns[MAIN_EXIT] == INT64_MAX && main_exit_is_pending())
		due_ns[MAIN_EXIT] = now_ns;
	for (unsigned i = 0; i < TIMERS && loop.end == LOOP_ASKED; i++) {
		if (now_ns >= due_ns[i])
			due_ns[i] = timers[i](now_ns);
		if (due_ns[i] < next_ns)
			next_ns = due_ns[i];
	}
	return next_ns;
}

/* Deliver or sleep, until ${until_ns} at most or until the program asks the loop to stop. */
static void deliver_until(int64_t until_ns)
{
	struct delivery *delivery = &loop.recorder.delivery;
	int64_t due = loop.recorder.can_deliver ? delivery_due_ns(delivery) : INT64_MAX;

	if (loop.recorder.can_deliver && (delivery_is_busy(delivery) || due <= clock_mono_ns())) {
		delivery_step(delivery, until_ns - clock_mono_ns());
		return;
	}
	quiesce_enter();
	futex_wait(&loop.task->request, LOOP_RUN, due < until_ns ? due : until_ns);
	quiesce_leave();
}

static enum loop_end run(void)
{
	loop.end = LOOP_ASKED;
	start_timers();
	/* Send earlier events with the first point; send nothing yet for a short-lived child. */
	delivery_not_before(&loop.recorder.delivery, due_ns[POINT]);
	if (is_short_lived_child())
		delivery_not_before(&loop.recorder.delivery,
				    loop.task->started_ns + min_uptime_ns(loop.task->options));
	/* A process that is already ending needs no watch. */
	if (should_run())
		privileges_open(&loop.privileges, loop.recorder.sampler.status_fd);
	while (should_run()) {
		int64_t next_ns = run_timers();

		if (loop.end != LOOP_ASKED)
			break;
		/* Do not wait for the next point: load it as soon as the server answers. */
		recorder_load_spool(&loop.recorder);
		deliver_until(next_ns);
	}
	return loop.end;
}

static void stop_reporting(const char *what, const char *event)
{
	log_say(LOG_END,
		"the program %s; the agent's thread cannot follow and ends: "
		"this process is no longer reported",
		what);
	loop.recorder.health.coverage = 0;
	recorder_finish(&loop.recorder, event, clock_mono_ns() + LAST_DELIVERY_NS);
}

static void finish(enum loop_end why)
{
	const struct loop_task *task = loop.task;
	int64_t deadline_ns = task->deadline_ns;

	if (why == LOOP_MORE_PRIVILEGES) {
		stop_reporting("gave up privileges by a system call of one thread",
			       "gave up privileges, no longer reported");
		return;
	}
	if (why == LOOP_OTHER_NAMESPACE) {
		stop_reporting("moved to another root directory or namespace",
			       "moved to another root or namespace, no longer reported");
		return;
	}
	if (is_short_lived_child())
		return;
	if (task->is_retired)
		loop.recorder.health.coverage = 0;
	if (why == LOOP_ALONE)
		deadline_ns = clock_mono_ns() + task->options->exit_timeout;
	recorder_finish(&loop.recorder, task->is_retired ? RETIRED_EVENT : "exited", deadline_ns);
}

bool loop_must_open_first(const struct options *o, bool is_forked)
{
	/* A forked child has its parent's copy of the files that are only read. */
	bool has_files = url_scheme(o->url) == URL_FILE ||
			 (!is_forked && (o->token_file[0] || o->password_file[0] || o->ca_file[0] ||
					 o->spool[0]));

	return has_files && privileges_can_change();
}

void loop_prepare(const struct options *options)
{
	enum url_scheme scheme = url_scheme(options->url);

	if (scheme != URL_FILE && scheme != URL_UDP)
		load_remember();
	parent_remember();
	recorder_prepare(&loop.recorder, options);
}

static void begin(struct loop_task *task)
{
	loop.task = task;
	parent_begin(task->is_forked, task->user);
}

static void open_files(void)
{
	if (futex_get(&loop.task->has_opened))
		return;
	log_open(loop.task->options->log, loop.task->pid, parent_has_logged);
	recorder_open_files(&loop.recorder, loop.task->options);
	futex_set(&loop.task->has_opened, true);
}

/*
 * An allocator in front of ours may be the program's own and need the program's constructors.
 * Loading a library allocates, so give the constructors one interval to finish.
 */
static void wait_for_constructors(void)
{
	int64_t interval = loop.task->options->interval;

	if (url_scheme(loop.task->options->url) == URL_FILE || coverage_is_in_front())
		return;
	quiesce_enter();
	futex_wait(&loop.task->request, LOOP_RUN,
		   loop.task->started_ns + (interval < CLOCK_S ? interval : CLOCK_S));
	quiesce_leave();
}

static void open_all(void)
{
	open_files();
	recorder_open(&loop.recorder, loop.task->pid);
	wait_for_constructors();
	recorder_connect(&loop.recorder);
	recorder_add_event(&loop.recorder, "start", loop.task->is_forked ? "forked" : "started");
}

void loop_open_first(struct loop_task *task)
{
	begin(task);
	quiesce_leave();
	open_files();
	quiesce_enter();
}

void loop_delay(struct loop_task *task)
{
	futex_wait(&task->request, LOOP_RUN, clock_mono_ns() + START_DELAY_NS);
}

enum loop_end loop_work(struct loop_task *task, int *exit_status)
{
	enum loop_end why = LOOP_ASKED;
	bool waits;

	begin(task);
	quiesce_leave();
	waits = is_short_lived_child();
	quiesce_enter();
	/* A short-lived child mostly calls exec or exits soon: open nothing yet. */
	if (waits)
		loop_delay(task);
	quiesce_leave();
	if (should_run() || !is_short_lived_child()) {
		open_all();
		why = run();
		finish(why);
	}
	quiesce_enter();
	*exit_status = loop.exit_status;
	return why;
}
