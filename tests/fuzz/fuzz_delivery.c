/*
 * Delivery: whatever the server answers, and when, every point is delivered once, waits, or is
 * counted as dropped.
 *
 * input: a step | …
 *        +N       a point of N bytes more than its number comes in
 *        wN       N ms pass
 *        .        there is no answer yet
 *        STATUS   the server's answer; with h it is a page, with d it says database not found,
 *                 with n it says not found, with 2 the interface is the second one, with p it is
 *                 a partial write, in which the first point is refused
 */
#include "agent/deliver/delivery.h"

#include "agent/base/clock.h"
#include "agent/base/log.h"
#include "tests/fuzz/fuzz.h"

#define BUFFER_BYTES 4096
#define POINTS 1000

static struct backlog backlog;
static struct delivery delivery;
static struct input in;
static int64_t now;
static unsigned added, acknowledged;
static bool is_acknowledged[POINTS];
static const char *batch;
static size_t batch_len;

int64_t clock_mono_ns(void)
{
	return now;
}

void log_resolved(enum log_kind kind)
{
	(void)kind;
}

void log_say(enum log_kind kind, const char *format, ...)
{
	(void)kind;
	(void)format;
}

static void begin(void *handle, enum transport_request what, const char *body, size_t len)
{
	(void)handle;
	batch = what == TRANSPORT_WRITE ? body : NULL;
	batch_len = what == TRANSPORT_WRITE ? len : 0;
	CHECK(what == TRANSPORT_CREATE || (len > 0 && body[len - 1] == '\n'));
}

static void acknowledge(const char *p)
{
	const char *end = batch + batch_len;

	for (; p < end; p = (const char *)memchr(p, '\n', (size_t)(end - p)) + 1) {
		unsigned long number = strtoul(p, NULL, 10);

		CHECK(number < added && !is_acknowledged[number]);
		is_acknowledged[number] = true;
		acknowledged++;
	}
}

static bool poll_answer(void *handle, int64_t wait_ns, struct transport_answer *answer)
{
	const char *step = input_text(&in);
	const char *text = "";
	char *rest;

	(void)handle;
	memset(answer, 0, sizeof(*answer));
	if (*step < '0' || *step > '9') {
		now += wait_ns > 0 ? wait_ns : 1;
		return false;
	}
	answer->status = (int)(strtoul(step, &rest, 10) % 1000);
	answer->can_create = strchr(rest, '2') == NULL;
	answer->html = strchr(rest, 'h') != NULL;
	answer->retry_after_ns = strchr(rest, 'r') ? 60 * CLOCK_S : 0;
	if (strchr(rest, 'd'))
		text = "{\"error\":\"database not found\"}";
	else if (strchr(rest, 'n'))
		text = "{\"message\":\"bucket not found\"}";
	snprintf(answer->text, sizeof(answer->text), "%s", text);
	if (answer->status == 400 && strchr(rest, 'p')) {
		answer->partial = true;
		answer->refused = 1;
	}
	if (batch && answer->status / 100 == 2 && !answer->html)
		acknowledge(batch);
	else if (batch && answer->partial)
		acknowledge((const char *)memchr(batch, '\n', batch_len) + 1);
	return true;
}

static const struct transport transport = {NULL, begin, poll_answer, 0};

static void add(const char *step)
{
	static char line[2 * BUFFER_BYTES];
	size_t n = strtoul(step, NULL, 10) % (BUFFER_BYTES + 100);
	size_t at;

	if (added == POINTS)
		return;
	at = (size_t)snprintf(line, sizeof(line), "%u ", added++);
	memset(line + at, 'x', n);
	line[at + n] = '\n';
	backlog_add(&backlog, line, at + n + 1);
}

/* Points of a request in progress may arrive even if the backlog has dropped them. */
static void check_books(void)
{
	CHECK(delivery_is_busy(&delivery) ||
	      added == acknowledged + backlog_points(&backlog) + delivery_dropped(&delivery));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (backlog.ring == NULL)
		CHECK(backlog_open(&backlog, BUFFER_BYTES) == 0);
	backlog_reset(&backlog);
	delivery_init(&delivery, &transport, &delivery, &backlog);
	added = acknowledged = 0;
	memset(is_acknowledged, 0, sizeof(is_acknowledged));
	now = CLOCK_S;
	input_open(&in, data, size);
	while (in.next) {
		if (*in.next == '+') {
			add(input_text(&in) + 1);
		} else if (*in.next == 'w') {
			now +=
			    (int64_t)(strtoul(input_text(&in) + 1, NULL, 10) % 100000) * CLOCK_MS;
		} else if (delivery_is_busy(&delivery) || delivery_due_ns(&delivery) <= now) {
			delivery_step(&delivery, CLOCK_MS);
		} else {
			CHECK(backlog_points(&backlog) == 0 || delivery.not_before_ns > now);
			input_text(&in);
		}
		check_books();
	}
	/* The server answers no more, and the program ends. */
	if (delivery_finish(&delivery, now + CLOCK_S))
		CHECK(backlog_points(&backlog) == 0);
	CHECK(added <= acknowledged + backlog_points(&backlog) + delivery_dropped(&delivery));
	input_close(&in);
	return 0;
}
