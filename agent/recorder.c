#include "agent/recorder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/log.h"
#include "agent/guest/quiesce.h"
#include "agent/guest/resident.h"
#include "agent/measure/coverage.h"
#include "agent/measure/point_head.h"
#include "agent/settings/options.h"
#include "agent/settings/url.h"

#define MEASUREMENT_BYTES 300
#define NAMES_NS (2 * CLOCK_MS)	       /* CPU time for the names of call sites, with each point */
#define LAST_NAMES_NS (100 * CLOCK_MS) /* with the last one */

void recorder_prepare(struct recorder *r, const struct options *options)
{
	if (r->backlog.ring) /* copied by fork; the parent delivers its points itself */
		backlog_reset(&r->backlog);
	else
		r->backlog_error = backlog_open(&r->backlog, (size_t)options->buffer) ? errno : 0;
}

static void log_problems(const char *problems)
{
	while (*problems) {
		size_t n = strcspn(problems, "\n");

		log_say(LOG_CONFIG, "%.*s", (int)n, problems);
		problems += n + (problems[n] == '\n');
	}
}

static void log_too_long(void)
{
	log_say(
	    LOG_TAGS,
	    "MEMAGENT_TAGS: the tags leave too little room in a UDP datagram; fields and events "
	    "that do not fit are dropped; use fewer or shorter tags, or HTTP");
}

void recorder_check_coverage(struct recorder *r, bool is_early)
{
	char why[512];

	r->health.coverage = coverage_is_whole(is_early, why, sizeof(why));
	if (r->health.coverage == 0)
		log_say(LOG_CONFIG, "not all allocations of this program are counted: %s", why);
}

static void open_destination(struct recorder *r)
{
	quiesce_set_loading(true);
	r->can_deliver =
	    destination_open(&r->destination, r->options, quiesce_enter, quiesce_leave) == 0 &&
	    r->backlog.ring != NULL;
	quiesce_set_loading(false);
}

void recorder_open_files(struct recorder *r, const struct options *options)
{
	r->options = options;
	destination_read(&r->destination, options);
	if (options->spool[0])
		spool_open(&r->spool, options);
	if (url_scheme(options->url) == URL_FILE)
		open_destination(r);
}

static void write_head(struct recorder *r, pid_t pid)
{
	const struct allocator_stats *stats = &r->sampler.allocator_stats;

	line_start(&r->head, r->head_text, sizeof(r->head_text));
	line_start(&r->line, r->line_text, sizeof(r->line_text));
	point_head_write(&r->head, r->encoder, r->options, pid, stats->allocator->name,
			 stats->version);
}

static void open_trim(struct recorder *r)
{
	const struct allocator *allocator = r->sampler.allocator_stats.allocator;

	if (trim_open(&r->trim, allocator, r->options->trim_interval))
		log_say(LOG_CONFIG,
			"MEMAGENT_TRIM_INTERVAL has no effect: allocator %s has no function that "
			"returns free memory to the system",
			allocator->name);
}

void recorder_open(struct recorder *r, pid_t pid)
{
	r->encoder = &encoder_line_protocol;
	if (r->backlog.ring == NULL)
		log_say(LOG_CONFIG,
			"MEMAGENT_BUFFER=%lld: cannot allocate the backlog: %s; nothing will be "
			"delivered; use a smaller one",
			(long long)r->options->buffer, strerrordesc_np(r->backlog_error));
	log_problems(r->options->problems);
	memset(&r->health, -1, sizeof(r->health));
	recorder_check_coverage(r, true);
	allocator_stats_open(&r->sampler.allocator_stats, r->options->allocator_interval);
	write_head(r, pid);
}

/* Return the measurement of the records of ${kind}, written to ${name}. */
static const char *name_measurement(const struct recorder *r, const char *kind,
				    char name[MEASUREMENT_BYTES])
{
	const char *measurement = r->options->measurement;

	snprintf(name, MEASUREMENT_BYTES, "%s_%s", measurement[0] ? measurement : "memagent", kind);
	return name;
}

/* Add a line with the numbers of ${record}, and one with each text; the database joins them. */
static void add_in_parts(struct recorder *r, const struct record *record)
{
	struct record part = *record;

	part.texts_used = 0;
	if (r->encoder->record(&r->line, &r->head, &part) ||
	    !backlog_add(&r->backlog, r->line.text, r->line.used))
		log_too_long();
	part.numbers_used = 0;
	part.texts_used = 1;
	for (size_t i = 0; i < record->texts_used; i++) {
		part.texts[0] = record->texts[i];
		if (r->encoder->record(&r->line, &r->head, &part))
			r->backlog.too_long++;
		else
			backlog_add(&r->backlog, r->line.text, r->line.used);
	}
}

/* Add a record of a call site.  A stack may be too long for the transport; then it is counted. */
static void add_record(void *context, const char *kind, struct record *record)
{
	struct recorder *r = context;
	size_t longest = r->destination.transport->longest_line;
	char name[MEASUREMENT_BYTES];
	int error;

	record->measurement = name_measurement(r, kind, name);
	error = r->encoder->record(&r->line, &r->head, record);
	if (record->numbers_used && (error || (longest && r->line.used > longest)))
		add_in_parts(r, record);
	else if (error || !backlog_add(&r->backlog, r->line.text, r->line.used))
		log_too_long();
}

void recorder_connect(struct recorder *r)
{
	int objects = resident_objects();

	if (url_scheme(r->options->url) != URL_FILE)
		open_destination(r);
	resident_drop(objects);
	/* The destination gets its descriptors first: without it no point is delivered. */
	sampler_open(&r->sampler, &r->trim);
	open_trim(r);
	call_sites_open(&r->sites, r->options, add_record, r);
	rss_growth_open(&r->rss_growth, r->options->sites_interval);
	if (r->can_deliver)
		delivery_init(&r->delivery, r->destination.transport, r->destination.handle,
			      &r->backlog);
}

static void update_health(struct recorder *r, int64_t late_ns)
{
	r->health.late_ns = late_ns;
	r->health.send_ns = r->delivery.send_ns;
	r->health.send_errors = (int64_t)r->delivery.errors;
	r->health.points_buffered = (int64_t)backlog_points(&r->backlog);
	r->health.points_dropped = (int64_t)delivery_dropped(&r->delivery);
}

/*
 * Add the lines of a point to the backlog: more than one where the transport limits their length.
 * Return whether all of them fit.
 */
static bool add_lines(struct backlog *backlog, const char *text, size_t len)
{
	const char *end = text + len;
	bool added = true;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		added = backlog_add(backlog, text, (size_t)(newline + 1 - text)) && added;
		text = newline + 1;
	}
	return added;
}

void recorder_add_event(struct recorder *r, const char *event, const char *text)
{
	struct record record = {.time_ns = clock_wall_ns()};
	char name[MEASUREMENT_BYTES];

	if (!r->can_deliver)
		return;
	record.measurement = name_measurement(r, "event", name);
	record_text(&record, "event", event);
	record_text(&record, "text", text);
	if (r->encoder->record(&r->line, &r->head, &record) == 0 &&
	    !backlog_add(&r->backlog, r->line.text, r->line.used))
		log_too_long();
}

/* Dashboards mark when memory that no call site explains begins or ceases to grow. */
static void watch_rss(struct recorder *r, const struct point *point)
{
	char text[512];

	if (rss_growth_add(&r->rss_growth, point->value, clock_mono_ns(), text, sizeof(text)))
		recorder_add_event(r,
				   r->rss_growth.grows ? "resident growth" : "no resident growth",
				   text);
}

static void add_point(struct recorder *r, int64_t due_ns, bool is_last)
{
	int64_t cpu_ns = clock_thread_cpu_ns();
	struct point point;

	if (!r->can_deliver)
		return;
	update_health(r, clock_mono_ns() - due_ns);
	sampler_take(&r->sampler, &r->health, &point);
	call_sites_take(&r->sites, &point, is_last);
	call_sites_write(&r->sites, is_last ? LAST_NAMES_NS : NAMES_NS);
	watch_rss(r, &point);
	point.schema = r->options->schema;
	if (r->encoder->point(&r->line, &r->head, &point, r->destination.transport->longest_line)) {
		r->line.used = 0;
		r->backlog.too_long++;
	}
	if (r->line.used == 0 || !add_lines(&r->backlog, r->line.text, r->line.used))
		log_too_long();
	r->health.tick_ns = clock_thread_cpu_ns() - cpu_ns;
}

void recorder_add_point(struct recorder *r, int64_t due_ns)
{
	add_point(r, due_ns, false);
}

void recorder_load_spool(struct recorder *r)
{
	if (r->can_deliver && r->options->spool[0] && r->delivery.failures == 0 &&
	    r->delivery.send_ns >= 0)
		spool_load(&r->spool, &r->backlog);
}

/* Deliver the backlog by ${deadline_ns}.  Spool the rest, or log that it is lost. */
static void deliver_rest(struct recorder *r, int64_t deadline_ns)
{
	unsigned long long left;

	if (!r->can_deliver || delivery_finish(&r->delivery, deadline_ns))
		return;
	left = backlog_points(&r->backlog);
	if (r->options->spool[0] && spool_save(&r->spool, &r->backlog) == 0)
		log_say(LOG_END,
			"cannot deliver: %s; the program ends, %llu points are spooled in %s",
			r->delivery.reason, left, r->options->spool);
	else
		log_say(LOG_END, "cannot deliver: %s; the program ends, %llu points are lost",
			r->delivery.reason, left);
}

void recorder_finish(struct recorder *r, const char *event, int64_t deadline_ns)
{
	recorder_add_event(r, "exit", event);
	allocator_stats_stop(&r->sampler.allocator_stats);
	add_point(r, clock_mono_ns(), true);
	deliver_rest(r, deadline_ns);
}
