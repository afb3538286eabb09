#include "agent/deliver/delivery.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/log.h"
#include "agent/deliver/verdict.h"

#define BACKOFF_FIRST_NS (500 * CLOCK_MS)
#define BACKOFF_LONGEST_NS (30 * CLOCK_S)
#define SLICE_NS (25 * CLOCK_MS)
#define PACE_NS (50 * CLOCK_MS)

void delivery_init(struct delivery *d, const struct transport *transport, void *handle,
		   struct backlog *backlog)
{
	memset(d, 0, offsetof(struct delivery, batch));
	d->transport = transport;
	d->handle = handle;
	d->backlog = backlog;
	d->backlog->longest = transport->longest_line;
	d->most_points = UINT64_MAX;
	d->send_ns = -1;
}

void delivery_not_before(struct delivery *d, int64_t time_ns)
{
	if (d->not_before_ns < time_ns)
		d->not_before_ns = time_ns;
}

bool delivery_is_busy(const struct delivery *d)
{
	return d->phase != DELIVERY_IDLE;
}

int64_t delivery_due_ns(const struct delivery *d)
{
	return backlog_points(d->backlog) ? d->not_before_ns : INT64_MAX;
}

uint64_t delivery_dropped(const struct delivery *d)
{
	return d->backlog->dropped + d->backlog->too_long + d->refused;
}

static void begin_write(struct delivery *d)
{
	uint64_t points = d->most_points;
	size_t len;

	backlog_copy(d->backlog, d->batch, sizeof(d->batch), &points, &len);
	d->phase = DELIVERY_WRITING;
	d->batch_points = points;
	d->batch_end = d->backlog->first + points;
	d->began_ns = clock_mono_ns();
	d->transport->begin(d->handle, TRANSPORT_WRITE, d->batch, len);
}

static void begin_create(struct delivery *d)
{
	d->phase = DELIVERY_CREATING;
	d->created = true;
	d->began_ns = clock_mono_ns();
	d->transport->begin(d->handle, TRANSPORT_CREATE, "", 0);
}

/*
 * Double the wait with each failure.  Jitter of +-25 %, from the clock's low bits, keeps many
 * processes from retrying at the same time.
 */
static int64_t backoff_ns(unsigned failures, int64_t now)
{
	int64_t wait = BACKOFF_LONGEST_NS;

	if (failures < 7)
		wait = BACKOFF_FIRST_NS << (failures - 1);
	if (wait > BACKOFF_LONGEST_NS)
		wait = BACKOFF_LONGEST_NS;
	return wait * 3 / 4 + wait / 2 * (now % 1021) / 1021;
}

static void back_off(struct delivery *d, const struct transport_answer *answer)
{
	int64_t now = clock_mono_ns();
	int64_t wait;

	d->errors++;
	d->failures++;
	d->unanswered = answer->status == 0;
	wait = backoff_ns(d->failures, now);
	if (wait < answer->retry_after_ns)
		wait = answer->retry_after_ns;
	d->not_before_ns = now + wait;
}

/* Set the reason of a failure.  InfluxDB answers in JSON, so other formats come from elsewhere. */
static void set_reason(struct delivery *d, const struct transport_answer *answer)
{
	if (answer->status == 0)
		snprintf(d->reason, sizeof(d->reason), "%s", answer->text);
	else if (answer->html || answer->status / 100 == 3 ||
		 (answer->status == 404 && answer->text[0] != '{'))
		snprintf(d->reason, sizeof(d->reason),
			 "the server is not InfluxDB: it answers %d %s", answer->status,
			 answer->html ? "with a web page" : answer->text);
	else
		snprintf(d->reason, sizeof(d->reason), "the server answers %d %s", answer->status,
			 answer->text);
}

/* Keep the points for a retry.  During delivery_finish, its caller logs the failure instead. */
static void retry_later(struct delivery *d, const struct transport_answer *answer)
{
	if (!d->ending)
		log_say(LOG_SEND, "cannot deliver: %s; the points are kept for a retry", d->reason);
	back_off(d, answer);
}

/*
 * The server has stored the batch except for ${refused} points: remove it from the backlog.  Points
 * that the backlog dropped during the request were sent too, so they no longer count as dropped.
 */
static void finish_batch(struct delivery *d, uint64_t refused)
{
	uint64_t begin = d->batch_end - d->batch_points;

	if (d->backlog->first > begin) {
		uint64_t dropped = d->backlog->first - begin;

		d->backlog->dropped -= dropped < d->batch_points ? dropped : d->batch_points;
	}
	backlog_done(d->backlog, d->batch_end);
	d->refused += refused;
}

static void on_delivered(struct delivery *d)
{
	finish_batch(d, 0);
	log_resolved(LOG_SEND);
	d->failures = 0;
	d->created = false;
	/* Send a long backlog slowly, so that a server that has just restarted can serve others. */
	d->not_before_ns = clock_mono_ns() + PACE_NS;
	if (d->most_points < UINT64_MAX / 2)
		d->most_points *= 2; /* undo the limit of an earlier 413 step by step */
}

static void drop_refused(struct delivery *d, const struct transport_answer *answer)
{
	uint64_t refused = d->batch_points;

	if (answer->partial && answer->refused < refused)
		refused = answer->refused;
	log_say(LOG_SEND, "cannot deliver %llu of %llu points: %s; these points are dropped",
		(unsigned long long)refused, (unsigned long long)d->batch_points, d->reason);
	finish_batch(d, refused);
	d->errors++;
}

static void halve_batch(struct delivery *d)
{
	if (d->batch_points > 1) {
		d->errors++;
		d->most_points = d->batch_points / 2;
		return;
	}
	log_say(LOG_SEND, "cannot deliver: %s; the point is dropped", d->reason);
	finish_batch(d, 1);
	d->errors++;
}

static void create_database(struct delivery *d, const struct transport_answer *answer)
{
	if (!d->created) {
		begin_create(d);
		return;
	}
	d->created = false; /* create it again after the back-off */
	retry_later(d, answer);
}

static void handle_write_answer(struct delivery *d, const struct transport_answer *answer)
{
	d->phase = DELIVERY_IDLE;
	set_reason(d, answer);
	switch (verdict_of_write(answer)) {
	case VERDICT_DELIVERED:
		on_delivered(d);
		break;
	case VERDICT_RETRY:
		retry_later(d, answer);
		break;
	case VERDICT_DROP:
		drop_refused(d, answer);
		break;
	case VERDICT_SPLIT:
		halve_batch(d);
		break;
	case VERDICT_CREATE:
		create_database(d, answer);
		break;
	}
}

static void handle_create_answer(struct delivery *d, const struct transport_answer *answer)
{
	d->phase = DELIVERY_IDLE;
	if (verdict_created(answer))
		return;
	d->created = false;
	snprintf(d->reason, sizeof(d->reason),
		 "the database is missing, and it cannot be created: %s (status %d)", answer->text,
		 answer->status);
	retry_later(d, answer);
}

/* Continue the request for at most ${wait_ns} and one slice, so that the sidecar can react. */
static void continue_request(struct delivery *d, int64_t wait_ns)
{
	struct transport_answer answer;
	enum delivery_phase phase = d->phase;

	if (wait_ns > SLICE_NS)
		wait_ns = SLICE_NS;
	if (wait_ns < 0)
		wait_ns = 0;
	if (!d->transport->poll(d->handle, wait_ns, &answer))
		return;
	d->send_ns = clock_mono_ns() - d->began_ns;
	if (phase == DELIVERY_WRITING)
		handle_write_answer(d, &answer);
	else
		handle_create_answer(d, &answer);
}

void delivery_step(struct delivery *d, int64_t wait_ns)
{
	if (!delivery_is_busy(d) && clock_mono_ns() >= delivery_due_ns(d))
		begin_write(d);
	if (delivery_is_busy(d))
		continue_request(d, wait_ns);
}

/* At the end of the process, retry at once after a single failed connection. */
static bool may_retry(const struct delivery *d)
{
	return d->failures == 1 && d->unanswered;
}

bool delivery_finish(struct delivery *d, int64_t deadline_ns)
{
	/* This is the last chance, so ignore the back-off: the server may be up again. */
	d->failures = 0;
	d->ending = true;
	for (;;) {
		int64_t now = clock_mono_ns();

		if (!delivery_is_busy(d)) {
			if (backlog_points(d->backlog) == 0)
				return true;
			if (d->failures && !may_retry(d))
				return false;
			begin_write(d);
		}
		if (now >= deadline_ns) {
			snprintf(d->reason, sizeof(d->reason), "no answer in time");
			return false;
		}
		continue_request(d, deadline_ns - now);
	}
}
