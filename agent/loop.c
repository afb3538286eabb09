#include "agent/loop.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/deliver/backlog.h"
#include "agent/base/clock.h"
#include "agent/measure/coverage.h"
#include "agent/deliver/delivery.h"
#include "agent/deliver/destination.h"
#include "agent/deliver/load.h"
#include "agent/base/futex.h"
#include "agent/measure/point_head.h"
#include "agent/guest/exclude.h"
#include "agent/guest/main_exit.h"
#include "agent/encode/line.h"
#include "agent/base/log.h"
#include "agent/settings/options.h"
#include "agent/measure/proc.h"
#include "agent/guest/resident.h"
#include "agent/guest/quiesce.h"
#include "agent/guest/rights.h"
#include "agent/measure/sampler.h"
#include "agent/base/schedule.h"
#include "agent/deliver/spool.h"
#include "agent/measure/trim.h"
#include "agent/settings/url.h"

#define START_DELAY_NS (20 * CLOCK_MS)
#define LAST_DELIVERY_NS (50 * CLOCK_MS)
#define LONGEST_LOOK_NS CLOCK_S /* between two looks at what became of the program */

static struct {
	struct loop_task *task;
	bool is_chosen; /* by who ran memagent-run, whatever started that */
	enum { PARENT_UNKNOWN, CHILD, NO_CHILD } parent;
	bool outlived;	 /* the main thread, by others */
	int exit_status; /* that the process is to have, when the sidecar is its last thread */

	struct sampler sampler;
	struct trim trim;
	struct rights_watch rights;
	struct agent_health health;
	struct backlog backlog;
	int no_backlog; /* errno, where it has no memory */
	struct spool spool;
	struct delivery delivery;
	struct destination destination;
	bool can_deliver;

	struct line head;
	struct line line;
	char head_text[LINE_HEAD_BYTES];
	char line_text[LINE_BYTES];
} loop;

/* Whether a metered program has started this one.  To look takes a while, so only if need be. */
static bool is_child(void)
{
	if (loop.parent == PARENT_UNKNOWN)
		loop.parent =
		    loop.task->is_forked || (!loop.is_chosen && exclude_is_metered(getppid()))
			? CHILD
			: NO_CHILD;
	return loop.parent == CHILD;
}

/* Of files, the parent speaks for processes of its own user only. */
static bool is_told(enum log_kind kind)
{
	char path[32];
	struct stat parent;

	if (!is_child() || kind != LOG_FILE)
		return is_child();
	if (loop.task->is_forked)
		return loop.task->user == geteuid();
	snprintf(path, sizeof(path), "/proc/%d", (int)getppid());
	return stat(path, &parent) == 0 && parent.st_uid == geteuid();
}

static bool is_wanted(void)
{
	return futex_get(&loop.task->wish) == LOOP_RUN;
}

static void say_problems(const char *problems)
{
	while (*problems) {
		size_t n = strcspn(problems, "\n");

		log_say(LOG_CONFIG, "%.*s", (int)n, problems);
		problems += n + (problems[n] == '\n');
	}
}

static void say_too_long(void)
{
	log_say(LOG_TAGS,
		"the tags are too long for all to go over UDP; what does not fit is dropped");
}

/* Something that a dashboard marks, whatever the schema of the points. */
static void add_event(const char *event, const char *text)
{
	char measurement[300];

	if (!loop.can_deliver)
		return;
	snprintf(measurement, sizeof(measurement), "%s_event",
		 loop.task->options->measurement[0] ? loop.task->options->measurement : "memagent");
	if (line_event(&loop.line, measurement, &loop.head, event, text, clock_wall_ns()) == 0 &&
	    !backlog_add(&loop.backlog, loop.line.text, loop.line.used))
		say_too_long();
}

static void look_at_coverage(bool is_early)
{
	char why[512];

	loop.health.coverage = coverage_is_whole(is_early, why, sizeof(why));
	if (loop.health.coverage == 0)
		log_say(LOG_CONFIG, "not all of this program is seen: %s", why);
}

/*
 * An allocator that comes before us may be the program's, and not work before the program's own
 * constructors have run.  A transport that needs libraries allocates, so give them an interval.
 */
static void wait_for_constructors(void)
{
	int64_t interval = loop.task->options->interval;

	if (url_scheme(loop.task->options->url) == URL_FILE || coverage_is_in_front())
		return;
	quiesce_enter();
	futex_wait(&loop.task->wish, LOOP_RUN,
		   loop.task->started_ns + (interval < CLOCK_S ? interval : CLOCK_S));
	quiesce_leave();
}

static void open_destination(void)
{
	quiesce_set_loading(true);
	loop.can_deliver = destination_open(&loop.destination, loop.task->options, quiesce_enter,
					    quiesce_leave) == 0 &&
			   loop.backlog.ring != NULL;
	quiesce_set_loading(false);
}

/*
 * What the program may lose the right to when it goes on.  The network needs no right, and its
 * libraries take long to load.
 */
static void open_files(void)
{
	const struct options *o = loop.task->options;

	if (futex_get(&loop.task->has_opened))
		return;
	log_open(o->log, loop.task->pid, is_told);
	destination_read(&loop.destination, o);
	if (o->spool[0])
		spool_open(&loop.spool, o);
	if (url_scheme(o->url) == URL_FILE)
		open_destination();
	futex_set(&loop.task->has_opened, true);
}

static void open_all(void)
{
	const struct options *o = loop.task->options;
	struct allocator_stats *stats = &loop.sampler.allocator_stats;
	int objects = resident_objects();

	open_files();
	if (loop.backlog.ring == NULL)
		log_say(LOG_CONFIG,
			"no memory for the points that wait: %s; nothing will be delivered",
			strerrordesc_np(loop.no_backlog));
	say_problems(o->problems);
	memset(&loop.health, -1, sizeof(loop.health));
	look_at_coverage(true);
	line_start(&loop.head, loop.head_text, sizeof(loop.head_text));
	line_start(&loop.line, loop.line_text, sizeof(loop.line_text));
	allocator_stats_open(stats, o->allocator_interval);
	point_head_write(&loop.head, o, loop.task->pid, stats->allocator->name, stats->version);
	if (url_scheme(o->url) != URL_FILE) {
		wait_for_constructors();
		open_destination();
	}
	resident_drop(objects);
	/* After the destination: where descriptors are few, that is the one to have. */
	sampler_open(&loop.sampler, &loop.trim);
	if (trim_open(&loop.trim, stats->allocator, o->trim_interval))
		log_say(LOG_CONFIG,
			"MEMAGENT_TRIM_INTERVAL has no effect: allocator %s cannot be asked to "
			"give memory back",
			stats->allocator->name);
	if (loop.can_deliver)
		delivery_init(&loop.delivery, loop.destination.transport, loop.destination.handle,
			      &loop.backlog);
	add_event("start", loop.task->is_forked ? "forked" : "started");
}

static void update_health(int64_t late_ns)
{
	loop.health.late_ns = late_ns;
	loop.health.send_ns = loop.delivery.send_ns;
	loop.health.send_errors = (int64_t)loop.delivery.errors;
	loop.health.points_buffered = (int64_t)backlog_points(&loop.backlog);
	loop.health.points_dropped = (int64_t)delivery_dropped(&loop.delivery);
}

/* Add the lines of a point to the backlog: more than one where the transport takes short ones only.
 * Return whether it took them all. */
static bool keep(const char *text, size_t len)
{
	const char *end = text + len;
	bool kept = true;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		kept = backlog_add(&loop.backlog, text, (size_t)(newline + 1 - text)) && kept;
		text = newline + 1;
	}
	return kept;
}

/* Take a point that was due at ${due_ns}. */
static void tick(int64_t due_ns)
{
	int64_t cpu = clock_thread_cpu_ns();
	struct point point;

	if (!loop.can_deliver)
		return;
	update_health(clock_mono_ns() - due_ns);
	sampler_take(&loop.sampler, &loop.health, &point);
	point.schema = loop.task->options->schema;
	if (line_point(&loop.line, &loop.head, &point, loop.destination.transport->longest_line)) {
		loop.line.used = 0;
		loop.backlog.too_long++;
	}
	if (loop.line.used == 0 || !keep(loop.line.text, loop.line.used))
		say_too_long();
	loop.health.tick_ns = clock_thread_cpu_ns() - cpu;
}

/*
 * The main thread has left.  If all others have too, have the process end; else return when to look
 * again, ${until_ns} at the latest.
 */
static int64_t end_if_alone(int64_t until_ns)
{
	int64_t value[FIELDS];
	int64_t next_look = clock_mono_ns() + MAIN_EXIT_POLL_NS;

	/* Without /proc nobody can tell: then better early than never. */
	if ((proc_status_read(loop.sampler.status_fd, value) ||
	     value[FIELD_threads] <= MAIN_EXIT_THREADS) &&
	    proc_main_is_gone(NULL) != 0)
		main_exit_finish();
	return next_look < until_ns ? next_look : until_ns;
}

/* Go on with the delivery, or rest, until ${until_ns} at most or until the process wants to end. */
static void pass_time(int64_t until_ns)
{
	int64_t due = loop.can_deliver ? delivery_due_ns(&loop.delivery) : INT64_MAX;

	if (loop.can_deliver && (delivery_is_busy(&loop.delivery) || due <= clock_mono_ns())) {
		delivery_step(&loop.delivery, until_ns - clock_mono_ns());
		return;
	}
	if (due < until_ns)
		until_ns = due;
	if (main_exit_is_pending())
		until_ns = end_if_alone(until_ns);
	quiesce_enter();
	futex_wait(&loop.task->wish, LOOP_RUN, until_ns);
	quiesce_leave();
}

/*
 * When the schedule begins: somewhere in the past interval, so that processes that are started
 * together do not all send at the same moment.
 */
static int64_t phase_ns(void)
{
	uint64_t mixed = (uint64_t)clock_wall_ns() ^ (uint64_t)loop.task->pid << 32;

	mixed *= UINT64_C(0x9e3779b97f4a7c15); /* Fibonacci hashing: the high bits depend on all */
	return clock_mono_ns() - (int64_t)(mixed >> 11) % loop.task->options->interval;
}

/* How old a child must be for its points to be worth a round trip. */
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

/* A program that starts many others is not to wait for the network at the end of each. */
static bool is_short_lived_child(void)
{
	return is_short_lived(loop.task) && is_child();
}

/*
 * The main thread has ended by the raw system call, and no other is left: without us the process
 * would be over.
 */
static bool is_alone(void)
{
	int64_t value[FIELDS];
	int main_status;

	if (main_exit_is_pending() || proc_main_is_gone(&main_status) != 1 ||
	    proc_status_read(loop.sampler.status_fd, value))
		return false;
	if (value[FIELD_threads] > MAIN_EXIT_THREADS - 1) {
		loop.outlived = true;
		return false;
	}
	/* The status is the last thread's: the main thread's, or that of one which returned. */
	loop.exit_status = loop.outlived ? 0 : main_status;
	return true;
}

/* What earlier processes have left goes as soon as the server answers, however long the interval.
 */
static void load_spool(void)
{
	if (loop.can_deliver && loop.task->options->spool[0] && loop.delivery.failures == 0 &&
	    loop.delivery.send_ns >= 0)
		spool_load(&loop.spool, &loop.backlog);
}

/* It takes a millisecond where there are many objects. */
static int64_t coverage_period_ns(void)
{
	int64_t ns = loop.task->options->interval * 10;

	if (ns < CLOCK_S)
		return CLOCK_S;
	return ns < 10 * CLOCK_S ? ns : 10 * CLOCK_S;
}

static enum loop_end run(void)
{
	int64_t interval = loop.task->options->interval;
	int64_t start = phase_ns();
	int64_t due = schedule_next(start, interval, clock_mono_ns());
	int64_t look = 0, next;
	int64_t coverage_due = clock_mono_ns() + coverage_period_ns();

	/* What there is before the first point goes with it, and not for a child that may be gone
	 * soon. */
	delivery_not_before(&loop.delivery, due);
	if (is_short_lived_child())
		delivery_not_before(&loop.delivery,
				    loop.task->started_ns + min_uptime_ns(loop.task->options));
	/* Not for a process that is at its end already. */
	if (is_wanted())
		rights_open(&loop.rights, loop.sampler.status_fd);
	while (is_wanted()) {
		int64_t now = clock_mono_ns();

		if (now >= due) {
			tick(due);
			due = schedule_next(start, interval, now);
			look = now; /* so that nobody is woken for it alone */
		}
		if (now >= look) {
			enum rights_verdict verdict = rights_follow(&loop.rights);

			if (verdict != RIGHTS_NO_MORE)
				return verdict == RIGHTS_MORE ? LOOP_MORE_RIGHTS
							      : LOOP_OTHER_NAMESPACE;
			if (is_alone())
				return LOOP_ALONE;
			/* Objects may be bound long after they were loaded (RTLD_LAZY). */
			if (loop.health.coverage && (now >= coverage_due || coverage_is_stale())) {
				look_at_coverage(false);
				coverage_due = now + coverage_period_ns();
			}
			look = now + (interval < LONGEST_LOOK_NS ? interval : LONGEST_LOOK_NS);
		}
		load_spool();
		if (now >= loop.trim.due_ns)
			trim_run(&loop.trim, loop.sampler.status_fd);
		next = loop.trim.due_ns < due ? loop.trim.due_ns : due;
		pass_time(look < next ? look : next);
	}
	return LOOP_ASKED;
}

/* Deliver what there is by ${deadline_ns}, and keep or mourn the rest. */
static void deliver_rest(int64_t deadline_ns)
{
	const struct options *o = loop.task->options;
	unsigned long long left;

	if (!loop.can_deliver || delivery_finish(&loop.delivery, deadline_ns))
		return;
	left = backlog_points(&loop.backlog);
	if (o->spool[0] && spool_save(&loop.spool, &loop.backlog) == 0)
		log_say(LOG_END, "cannot deliver: %s; the program ends, %llu points are kept in %s",
			loop.delivery.reason, left, o->spool);
	else
		log_say(LOG_END, "cannot deliver: %s; the program ends, %llu points are lost",
			loop.delivery.reason, left);
}

static void give_up(const char *what, const char *event)
{
	log_say(LOG_END,
		"the program has %s: it ends here, and with it what is seen of the program", what);
	loop.health.coverage = 0;
	add_event("exit", event);
	allocator_stats_stop(&loop.sampler.allocator_stats);
	tick(clock_mono_ns());
	deliver_rest(clock_mono_ns() + LAST_DELIVERY_NS);
}

static void finish(enum loop_end why)
{
	if (why == LOOP_MORE_RIGHTS) {
		give_up("given up rights that this thread cannot give up",
			"gave up rights, no longer seen");
		return;
	}
	if (why == LOOP_OTHER_NAMESPACE) {
		give_up("gone to another root directory or namespace than this thread",
			"went to another root or namespace, no longer seen");
		return;
	}
	if (is_short_lived_child())
		return;
	if (loop.task->is_retired)
		loop.health.coverage = 0;
	add_event("exit",
		  loop.task->is_retired
		      ? "locks itself in, keeps rights or changes namespaces, no longer seen"
		      : "exited");
	allocator_stats_stop(&loop.sampler.allocator_stats);
	tick(clock_mono_ns());
	deliver_rest(why == LOOP_ALONE ? clock_mono_ns() + loop.task->options->exit_timeout
				       : loop.task->deadline_ns);
}

bool loop_must_open_first(const struct options *o, bool is_forked)
{
	/* A child has the contents of the others from its parent. */
	bool has_files = url_scheme(o->url) == URL_FILE ||
			 (!is_forked && (o->token_file[0] || o->password_file[0] || o->ca_file[0] ||
					 o->spool[0]));

	return has_files && rights_can_change();
}

void loop_prepare(const struct options *options)
{
	enum url_scheme scheme = url_scheme(options->url);

	if (scheme != URL_FILE && scheme != URL_UDP)
		load_remember();
	loop.is_chosen = exclude_is_launched();
	if (loop.backlog.ring) /* the parent's, which it delivers itself */
		backlog_reset(&loop.backlog);
	else
		loop.no_backlog = backlog_open(&loop.backlog, (size_t)options->buffer) ? errno : 0;
}

void loop_open_first(struct loop_task *task)
{
	loop.task = task;
	loop.parent = PARENT_UNKNOWN;
	quiesce_leave();
	open_files();
	quiesce_enter();
}

void loop_delay(struct loop_task *task)
{
	futex_wait(&task->wish, LOOP_RUN, clock_mono_ns() + START_DELAY_NS);
}

enum loop_end loop_work(struct loop_task *task, int *exit_status)
{
	enum loop_end why = LOOP_ASKED;
	bool waits;

	loop.task = task;
	loop.parent = PARENT_UNKNOWN;
	quiesce_leave();
	waits = is_short_lived_child();
	quiesce_enter();
	/* Open nothing for a child that will soon be something else. */
	if (waits)
		loop_delay(task);
	quiesce_leave();
	if (is_wanted() || !is_short_lived_child()) {
		open_all();
		why = run();
		finish(why);
	}
	quiesce_enter();
	*exit_status = loop.exit_status;
	return why;
}
