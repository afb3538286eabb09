#include "agent/deliver/delivery.h"

#include <stdarg.h>
#include <stdio.h>

#include "agent/base/clock.h"
#include "agent/base/log.h"
#include "tests/unit/unit.h"

#define SLICE (25 * CLOCK_MS)
#define FIRST_WAIT (500 * CLOCK_MS)
#define LONGEST_WAIT (30 * CLOCK_S)

/* InfluxDB's own text. */
#define NO_DATABASE "{\"error\":\"database not found: \\\"x\\\"\"}"
#define NO_BUCKET "{\"code\":\"not found\",\"message\":\"bucket \\\"x\\\" not found\"}"

/* A clock that the test sets. */
static int64_t now = 1000 * CLOCK_S;

int64_t clock_mono_ns(void)
{
	return now;
}

static struct {
	int lines;
	enum log_kind kind;
	char text[512];
} said;

static int troubles_over;

void log_resolved(enum log_kind kind)
{
	ck_assert_int_eq(kind, LOG_SEND);
	troubles_over++;
}

void log_say(enum log_kind kind, const char *format, ...)
{
	va_list args;

	said.lines++;
	said.kind = kind;
	va_start(args, format);
	vsnprintf(said.text, sizeof(said.text), format, args);
	va_end(args);
}

/* The server's answers in order; the last one repeats. */
struct scripted {
	struct transport_answer answer;
	int64_t after_ns; /* duration; negative: no answer */
	int points;	  /* points taken during the wait */
};

#define NEVER -1

static struct {
	struct scripted script[64];
	size_t scripted, begun, writes, creates;
	bool busy;
	int64_t ready_ns;
	const char *body;
	size_t len;
	char copy[DELIVERY_BATCH_BYTES + 1]; /* the last body */
	uint64_t stored;		     /* number of lines answered with 204 */
	char store[1 << 20];		     /* their text */
	size_t store_used;
	int64_t longest_wait;
	bool v2; /* the server cannot create a database */
} server;

static struct backlog backlog;
static struct delivery d;
static int handle; /* only its address matters */
static uint64_t added;

static void add_points(int n)
{
	char line[32];

	for (int i = 0; i < n; i++) {
		snprintf(line, sizeof(line), "p%llu\n", (unsigned long long)added++);
		backlog_add(&backlog, line, strlen(line));
	}
}

static const struct scripted *script_now(void)
{
	size_t at = server.begun - 1;

	return &server.script[at < server.scripted ? at : server.scripted - 1];
}

static void server_begin(void *h, enum transport_request what, const char *body, size_t len)
{
	ck_assert_ptr_eq(h, &handle);
	ck_assert(!server.busy);
	ck_assert_uint_gt(server.scripted, 0);
	server.busy = true;
	server.begun++;
	server.body = body;
	server.len = len;
	if (what == TRANSPORT_CREATE) {
		server.creates++;
		ck_assert_uint_eq(len, 0);
	} else {
		server.writes++;
		ck_assert_uint_gt(len, 0);
		ck_assert_uint_le(len, DELIVERY_BATCH_BYTES);
		ck_assert_int_eq(body[len - 1], '\n');
		memcpy(server.copy, body, len);
	}
	server.copy[len] = '\0';
	server.ready_ns = script_now()->after_ns < 0 ? INT64_MAX : now + script_now()->after_ns;
}

static uint64_t lines_in(const char *text)
{
	uint64_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* Store all points but ${refused}. */
static void store(uint64_t refused)
{
	uint64_t lines = lines_in(server.copy);

	server.stored += refused < lines ? lines - refused : 0;
	ck_assert_uint_le(server.store_used + server.len, sizeof(server.store));
	memcpy(server.store + server.store_used, server.copy, server.len);
	server.store_used += server.len;
}

static bool server_poll(void *h, int64_t wait_ns, struct transport_answer *answer)
{
	ck_assert_ptr_eq(h, &handle);
	ck_assert(server.busy);
	ck_assert_int_ge(wait_ns, 0);
	if (wait_ns > server.longest_wait)
		server.longest_wait = wait_ns;
	/* The body stays the caller's, unchanged. */
	ck_assert_int_eq(memcmp(server.body, server.copy, server.len), 0);
	if (server.ready_ns - now > wait_ns) {
		now += wait_ns ? wait_ns : 1;
		return false;
	}
	if (now < server.ready_ns)
		now = server.ready_ns;
	server.busy = false;
	add_points(script_now()->points);
	*answer = script_now()->answer;
	answer->can_create = !server.v2;
	if ((answer->status == 204 || answer->partial) && server.len)
		store(answer->refused);
	return true;
}

static const struct transport transport = {NULL, server_begin, server_poll, 0};

static struct scripted *answer(int status, const char *text)
{
	struct scripted *s = &server.script[server.scripted++];

	ck_assert_uint_le(server.scripted, UNIT_COUNT(server.script));
	s->answer.status = status;
	snprintf(s->answer.text, sizeof(s->answer.text), "%s", text);
	return s;
}

static void start_with(size_t size)
{
	ck_assert_int_eq(backlog_open(&backlog, size), 0);
	memset(&d, 0x55, sizeof(d));
	delivery_init(&d, &transport, &handle, &backlog);
}

static void start(void)
{
	start_with(1 << 20);
}

/* Step until no request is in progress. */
static void step(void)
{
	do
		delivery_step(&d, CLOCK_S);
	while (delivery_is_busy(&d));
}

/* Advance the clock to the next request, and step. */
static void step_when_due(void)
{
	if (now < delivery_due_ns(&d))
		now = delivery_due_ns(&d);
	step();
}

START_TEST(has_nothing_to_do_at_first)
{
	ck_assert(!delivery_is_busy(&d));
	ck_assert_int_eq(delivery_due_ns(&d), INT64_MAX);
	ck_assert_uint_eq(delivery_dropped(&d), 0);
	ck_assert_int_eq(d.send_ns, -1);
	delivery_step(&d, CLOCK_S);
	ck_assert(!delivery_is_busy(&d));
	ck_assert_uint_eq(server.begun, 0);
	ck_assert(delivery_finish(&d, now + CLOCK_S));
	ck_assert_uint_eq(server.begun, 0);
}
END_TEST

START_TEST(delivers_all_in_one)
{
	answer(204, "")->after_ns = 7 * CLOCK_MS;
	add_points(3);
	ck_assert_int_le(delivery_due_ns(&d), now);
	step();
	ck_assert_str_eq(server.copy, "p0\np1\np2\n");
	ck_assert_uint_eq(server.writes, 1);
	ck_assert_uint_eq(backlog_points(&backlog), 0);
	ck_assert_int_eq(d.send_ns, 7 * CLOCK_MS);
	ck_assert_uint_eq(d.errors, 0);
	ck_assert_uint_eq(delivery_dropped(&d), 0);
	ck_assert_int_eq(delivery_due_ns(&d), INT64_MAX);
	ck_assert_int_eq(said.lines, 0);
}
END_TEST

START_TEST(waits_in_slices)
{
	int64_t began = now;

	answer(204, "")->after_ns = 90 * CLOCK_MS;
	add_points(1);
	delivery_step(&d, 10 * CLOCK_MS);
	ck_assert(delivery_is_busy(&d));
	ck_assert_int_eq(now - began, 10 * CLOCK_MS);
	delivery_step(&d, CLOCK_S);
	ck_assert(delivery_is_busy(&d));
	ck_assert_int_eq(now - began, 35 * CLOCK_MS);
	ck_assert_int_le(server.longest_wait, SLICE);
	delivery_step(&d, -5); /* already late: one poll, no wait */
	ck_assert_int_le(now - began, 36 * CLOCK_MS);
	ck_assert_uint_eq(backlog_points(&backlog), 1); /* still in the backlog */
	step();
	ck_assert_uint_eq(server.begun, 1);
	ck_assert_uint_eq(backlog_points(&backlog), 0);
	ck_assert_int_eq(d.send_ns, 90 * CLOCK_MS);
}
END_TEST

START_TEST(keeps_what_came_meanwhile)
{
	answer(204, "")->points = 2;
	answer(204, "");
	add_points(2);
	step();
	ck_assert_uint_eq(backlog_points(&backlog), 2);
	step_when_due();
	ck_assert_str_eq(server.copy, "p2\np3\n");
	ck_assert_uint_eq(backlog_points(&backlog), 0);
}
END_TEST

/* One row for each row of the table in docs/ARCHITECTURE.md, "Delivery". */
static const struct row {
	int status;
	bool html;
	const char *text;
	uint64_t left;	  /* of 3 points */
	uint64_t refused; /* of these */
	bool waits;	  /* before the next request */
	const char *says; /* a part of the log line, or NULL for none */
	bool v2;
} table[] = {
    {200, false, "", 0, 0, false, NULL, false},
    {204, false, "", 0, 0, false, NULL, false},
    {400, false, "partial write: field type conflict", 0, 3, false, "400 partial write", false},
    {422, false, "unprocessable", 0, 3, false, "422 unprocessable", false},
    {401, false, "authorization failed", 3, 0, true, "401 authorization failed", false},
    {403, false, "forbidden", 3, 0, true, "403 forbidden", false},
    {404, false, "404 page not found", 3, 0, true, "not InfluxDB", false},
    {429, false, "slow down", 3, 0, true, "429 slow down", false},
    {500, false, "timeout", 3, 0, true, "500 timeout", false},
    {502, true, "", 3, 0, true, "502 with a web page", false},
    {503, false, "hinted handoff queue not empty", 3, 0, true, "503 hinted", false},
    {504, false, "", 3, 0, true, "504", false},
    {302, false, "Found", 3, 0, true, "not InfluxDB", false},
    {200, true, "", 3, 0, true, "not InfluxDB", false},
    {0, false, "Could not connect to server", 3, 0, true, "Could not connect to server", false},
    {404, false, NO_BUCKET, 0, 3, false, "the server answers 404 " NO_BUCKET, true},
};

START_TEST(does_as_the_table_says)
{
	const struct row *row = &table[_i];
	bool failed = row->says != NULL;

	server.v2 = row->v2;
	answer(row->status, row->text)->answer.html = row->html;
	add_points(3);
	step();
	ck_assert_uint_eq(server.begun, 1);
	ck_assert_uint_eq(backlog_points(&backlog), row->left);
	ck_assert_uint_eq(d.refused, row->refused);
	ck_assert_uint_eq(delivery_dropped(&d), row->refused);
	ck_assert_uint_eq(d.errors, failed ? 1 : 0);
	ck_assert_int_eq(delivery_due_ns(&d) > now, row->waits || row->left == 0);
	ck_assert_int_eq(said.lines, failed ? 1 : 0);
	ck_assert_int_eq(troubles_over, failed ? 0 : 1);
	if (failed) {
		ck_assert_int_eq(said.kind, LOG_SEND);
		ck_assert_msg(strstr(said.text, row->says) != NULL, "%s", said.text);
	}
}
END_TEST

START_TEST(counts_what_a_partial_write_refuses)
{
	struct scripted *s = answer(400, "partial write: points beyond retention policy dropped=2");

	s->answer.partial = true;
	s->answer.refused = 2;
	answer(204, "");
	add_points(5);
	step();
	ck_assert_uint_eq(backlog_points(&backlog), 0);
	ck_assert_uint_eq(delivery_dropped(&d), 2);
	ck_assert_uint_eq(d.errors, 1);
	ck_assert_ptr_nonnull(strstr(said.text, "2 of 5 points"));
	/* No server refuses more than it was sent. */
	s->answer.refused = 99;
	server.begun = 0;
	add_points(3);
	step_when_due();
	ck_assert_uint_eq(delivery_dropped(&d), 5);
}
END_TEST

/* The backlog has dropped three of the four points in the request. */
START_TEST(counts_a_partial_refusal_of_drops)
{
	struct scripted *s;

	start_with(12);
	s = answer(422, "partial write");
	s->points = 3;
	s->answer.partial = true;
	s->answer.refused = 1;
	add_points(4);
	step();
	ck_assert_uint_eq(delivery_dropped(&d), 1);
	ck_assert_uint_eq(backlog_points(&backlog), 3);
}
END_TEST

START_TEST(sends_the_same_again)
{
	char first[64];

	answer(500, "")->points = 1;
	answer(204, "");
	add_points(2);
	step();
	strcpy(first, server.copy);
	ck_assert_str_eq(first, "p0\np1\n");
	step_when_due();
	ck_assert_str_eq(server.copy, "p0\np1\np2\n");
	ck_assert_uint_eq(backlog_points(&backlog), 0);
	ck_assert_uint_eq(delivery_dropped(&d), 0);
}
END_TEST

START_TEST(goes_on_after_a_refusal)
{
	answer(400, "no");
	answer(204, "");
	add_points(2);
	step();
	add_points(1);
	ck_assert_int_le(delivery_due_ns(&d), now); /* the server answers, so there is no wait */
	step();
	ck_assert_str_eq(server.copy, "p2\n");
	ck_assert_uint_eq(server.stored, 1);
	ck_assert_uint_eq(delivery_dropped(&d), 2);
}
END_TEST

START_TEST(creates_a_missing_database)
{
	answer(404, NO_DATABASE);
	answer(200, "{\"results\":[{\"statement_id\":0}]}");
	answer(204, "");
	add_points(2);
	step();
	ck_assert_uint_eq(server.creates, 1);
	ck_assert_int_le(delivery_due_ns(&d), now); /* then at once */
	step();
	ck_assert_str_eq(server.copy, "p0\np1\n");
	ck_assert_uint_eq(server.stored, 2);
	ck_assert_uint_eq(d.errors, 0);
	ck_assert_int_eq(said.lines, 0); /* all is well */
}
END_TEST

START_TEST(creates_it_again_when_it_goes)
{
	for (int i = 0; i < 3; i++) {
		answer(404, NO_DATABASE);
		answer(200, "");
		answer(204, "");
		add_points(1);
		step_when_due();
		step();
		ck_assert_uint_eq(server.creates, (size_t)i + 1);
	}
	ck_assert_uint_eq(server.stored, 3);
	ck_assert_int_eq(said.lines, 0);
}
END_TEST

START_TEST(waits_when_creating_is_in_vain)
{
	answer(404, NO_DATABASE);
	answer(200, "");
	answer(404, NO_DATABASE);
	add_points(1);
	step();
	step();
	ck_assert_uint_eq(server.creates, 1); /* it does not create again and again */
	ck_assert_int_gt(delivery_due_ns(&d), now);
	ck_assert_uint_eq(d.errors, 1);
	ck_assert_int_eq(said.lines, 1);
	ck_assert_uint_eq(backlog_points(&backlog), 1);
	/* InfluxDB itself said so, so the line does not suspect another server. */
	ck_assert_msg(strstr(said.text, "not InfluxDB") == NULL, "%s", said.text);
}
END_TEST

static const struct {
	int status;
	const char *text;
	const char *says;
} refusals[] = {
    {200, "{\"results\":[{\"error\":\"not authorized\"}]}", "not authorized"},
    {403, "forbidden", "403"},
    {0, "Timeout was reached", "Timeout was reached"},
};

START_TEST(waits_when_it_may_not_create)
{
	answer(404, NO_DATABASE);
	answer(refusals[_i].status, refusals[_i].text);
	answer(404, NO_DATABASE);
	answer(200, "");
	answer(204, "");
	add_points(1);
	step();
	ck_assert_int_gt(delivery_due_ns(&d), now);
	ck_assert_uint_eq(d.errors, 1);
	ck_assert_int_eq(said.lines, 1);
	ck_assert_ptr_nonnull(strstr(said.text, "it cannot be created"));
	ck_assert_ptr_nonnull(strstr(said.text, refusals[_i].says));
	/* The permissions may have been corrected by now. */
	step_when_due();
	ck_assert_uint_eq(server.creates, 2);
	step();
	ck_assert_uint_eq(server.stored, 1);
}
END_TEST

START_TEST(splits_what_is_too_large)
{
	answer(413, "too large");
	answer(413, "too large");
	answer(204, "");
	add_points(9);
	step();
	ck_assert_int_le(delivery_due_ns(&d), now); /* smaller batches, without a wait */
	step();
	ck_assert_uint_eq(lines_in(server.copy), 4);
	step();
	ck_assert_str_eq(server.copy, "p0\np1\n");
	ck_assert_uint_eq(server.stored, 2);
	step_when_due(); /* batches grow again */
	ck_assert_str_eq(server.copy, "p2\np3\np4\np5\n");
	step_when_due();
	ck_assert_str_eq(server.copy, "p6\np7\np8\n");
	ck_assert_uint_eq(backlog_points(&backlog), 0);
	ck_assert_uint_eq(delivery_dropped(&d), 0);
	ck_assert_uint_eq(d.errors, 2);
	ck_assert_int_eq(said.lines, 0);
}
END_TEST

START_TEST(drops_the_one_that_is_too_large)
{
	answer(413, "too large"); /* 3 */
	answer(413, "too large"); /* 1 */
	answer(204, "");
	add_points(3);
	step();
	step();
	ck_assert_str_eq(server.copy, "p0\n");
	ck_assert_uint_eq(delivery_dropped(&d), 1);
	ck_assert_int_eq(said.lines, 1);
	step();
	step_when_due();
	ck_assert_uint_eq(server.stored, 2);
	ck_assert_uint_eq(backlog_points(&backlog), 0);
}
END_TEST

/* The wait after the ${failures}th failure in a row, plus or minus a quarter. */
static int64_t nominal_wait(int failures)
{
	int64_t wait = FIRST_WAIT;

	for (int i = 1; i < failures && wait < LONGEST_WAIT; i++)
		wait *= 2;
	return wait < LONGEST_WAIT ? wait : LONGEST_WAIT;
}

START_TEST(backs_off_further_each_time)
{
	/* The jitter is made from the clock's low bits: try the middle and both ends. */
	static const int64_t low[] = {0, 1, 510, 1019, 1020, 1021};

	now += low[_i];
	now -= now % 1021;
	now += low[_i];
	answer(503, "");
	add_points(1);
	for (int failures = 1; failures <= 100; failures++) {
		int64_t nominal = nominal_wait(failures);
		int64_t wait;

		step();
		ck_assert_uint_eq(server.begun, (size_t)failures);
		wait = delivery_due_ns(&d) - now;
		ck_assert_int_ge(wait, nominal * 3 / 4);
		ck_assert_int_le(wait, nominal * 5 / 4);
		now = delivery_due_ns(&d) - 1;
		step();
		ck_assert_uint_eq(server.begun, (size_t)failures); /* not early */
		now++;
	}
	ck_assert_uint_eq(d.errors, 100);
	ck_assert_uint_eq(backlog_points(&backlog), 1);
}
END_TEST

START_TEST(does_not_come_back_with_the_others)
{
	int64_t least = INT64_MAX, most = 0;

	answer(503, "");
	add_points(1);
	for (int i = 0; i < 200; i++) {
		int64_t wait;

		now += 12345;
		d.failures = 0;
		d.not_before_ns = 0;
		step();
		wait = delivery_due_ns(&d) - now;
		least = wait < least ? wait : least;
		most = wait > most ? wait : most;
	}
	/* The waits cover most of the range. */
	ck_assert_int_gt(most - least, FIRST_WAIT * 4 / 10);
}
END_TEST

START_TEST(starts_over_after_a_delivery)
{
	for (int i = 0; i < 5; i++)
		answer(503, "");
	answer(204, "");
	answer(503, "");
	add_points(1);
	for (int i = 0; i < 6; i++)
		step_when_due();
	ck_assert_uint_eq(server.stored, 1);
	add_points(1);
	step_when_due();
	ck_assert_int_le(delivery_due_ns(&d) - now, FIRST_WAIT * 5 / 4);
}
END_TEST

START_TEST(honours_retry_after)
{
	answer(429, "")->answer.retry_after_ns = 20 * CLOCK_S;
	answer(503, "")->answer.retry_after_ns = 1; /* earlier than the back-off: it is ignored */
	add_points(1);
	step();
	ck_assert_int_eq(delivery_due_ns(&d), now + 20 * CLOCK_S);
	now += 20 * CLOCK_S - 1;
	step();
	ck_assert_uint_eq(server.begun, 1);
	now++;
	step();
	ck_assert_uint_eq(server.begun, 2);
	ck_assert_int_ge(delivery_due_ns(&d), now + nominal_wait(2) * 3 / 4);
}
END_TEST

/* 12 bytes: room for four points of three bytes, so each new point drops one. */
START_TEST(takes_back_a_drop_that_was_delivered)
{
	start_with(12);
	answer(204, "")->points = 3;
	add_points(4);
	step();
	ck_assert_uint_eq(server.stored, 4);
	ck_assert_uint_eq(delivery_dropped(&d), 0);
	ck_assert_uint_eq(backlog_points(&backlog), 3);
	ck_assert_uint_eq(added, server.stored + backlog_points(&backlog));
}
END_TEST

START_TEST(takes_back_no_more_than_it_delivered)
{
	start_with(12);
	answer(204, "")->points = 6;
	add_points(4);
	step();
	ck_assert_uint_eq(server.stored, 4);
	ck_assert_uint_eq(delivery_dropped(&d), 2); /* p4 and p5 were never sent */
	ck_assert_uint_eq(backlog_points(&backlog), 4);
}
END_TEST

START_TEST(counts_a_refused_drop_once)
{
	start_with(12);
	answer(400, "no")->points = 3;
	add_points(4);
	step();
	ck_assert_uint_eq(delivery_dropped(&d), 4);
	ck_assert_uint_eq(backlog_points(&backlog), 3);
}
END_TEST

START_TEST(keeps_a_drop_that_was_not_delivered)
{
	start_with(12);
	answer(503, "")->points = 3;
	answer(204, "");
	add_points(4);
	step();
	ck_assert_uint_eq(delivery_dropped(&d), 3);
	step_when_due();
	ck_assert_str_eq(server.copy, "p3\np4\np5\np6\n");
	ck_assert_uint_eq(delivery_dropped(&d), 3);
}
END_TEST

/* Check that the bodies were p0, p1, ... without a gap. */
static void expect_stored_in_order(uint64_t points)
{
	const char *p = server.store;

	ck_assert_uint_eq(server.stored, points);
	for (uint64_t i = 0; i < points; i++) {
		char line[32];
		int n = snprintf(line, sizeof(line), "p%llu\n", (unsigned long long)i);

		ck_assert_int_eq(strncmp(p, line, (size_t)n), 0);
		p += n;
	}
	ck_assert_ptr_eq(p, server.store + server.store_used);
}

/* One batch after another, with pauses for other processes. */
START_TEST(delivers_much_in_batches)
{
	answer(204, "");
	add_points(30000);
	step();
	while (backlog_points(&backlog)) {
		ck_assert_int_gt(delivery_due_ns(&d), now);
		ck_assert_int_le(delivery_due_ns(&d) - now, 100 * CLOCK_MS);
		step_when_due();
	}
	ck_assert_uint_eq(server.writes, 4); /* 198,890 bytes, 65,536 at a time */
	expect_stored_in_order(30000);
}
END_TEST

START_TEST(finishes_with_all)
{
	int64_t began = now;

	answer(204, "")->after_ns = 100 * CLOCK_MS;
	add_points(30000);
	ck_assert(delivery_finish(&d, now + CLOCK_S));
	ck_assert_int_eq(now - began, 4 * 100 * CLOCK_MS); /* no pauses now */
	expect_stored_in_order(30000);
	ck_assert_int_le(server.longest_wait, SLICE);
}
END_TEST

START_TEST(finishes_what_is_under_way)
{
	answer(204, "")->after_ns = 100 * CLOCK_MS;
	add_points(2);
	delivery_step(&d, 0);
	add_points(2);
	ck_assert(delivery_finish(&d, now + CLOCK_S));
	ck_assert_uint_eq(server.writes, 2);
	expect_stored_in_order(4);
}
END_TEST

/* Every wait is cut short: this is the last chance. */
START_TEST(finishes_without_waiting_its_turn)
{
	int64_t began;

	answer(503, "")->answer.retry_after_ns = 3600 * CLOCK_S;
	answer(204, "");
	add_points(2);
	step();
	began = now;
	ck_assert(delivery_finish(&d, now + CLOCK_S));
	ck_assert_int_eq(now, began);
	expect_stored_in_order(2);
}
END_TEST

START_TEST(finishes_with_the_first_failure)
{
	int64_t began = now;

	answer(503, "busy");
	add_points(2);
	ck_assert(!delivery_finish(&d, now + CLOCK_S));
	ck_assert_uint_eq(server.begun, 1);
	ck_assert_int_eq(now, began);
	ck_assert_uint_eq(backlog_points(&backlog), 2);
	ck_assert_int_eq(said.lines, 0); /* the caller reports what is left */
	ck_assert_str_eq(d.reason, "the server answers 503 busy");
}
END_TEST

START_TEST(finishes_with_the_second_lost_connection)
{
	answer(0, "Could not connect to server");
	add_points(2);
	ck_assert(!delivery_finish(&d, now + CLOCK_S));
	ck_assert_uint_eq(server.begun, 2);
	ck_assert_uint_eq(backlog_points(&backlog), 2);
	ck_assert_str_eq(d.reason, "Could not connect to server");
}
END_TEST

START_TEST(finishes_after_a_lost_connection)
{
	answer(0, "Connection reset by peer");
	answer(204, "");
	add_points(2);
	ck_assert(delivery_finish(&d, now + CLOCK_S));
	expect_stored_in_order(2);
	ck_assert_int_eq(said.lines, 0);
}
END_TEST

START_TEST(tries_again_within_the_deadline_only)
{
	answer(0, "Connection reset by peer")->after_ns = 300 * CLOCK_MS;
	add_points(2);
	ck_assert(!delivery_finish(&d, now + 300 * CLOCK_MS));
	ck_assert_uint_le(server.begun, 2);
	ck_assert_uint_eq(backlog_points(&backlog), 2);
}
END_TEST

START_TEST(finishes_when_what_is_under_way_fails)
{
	answer(500, "")->after_ns = 100 * CLOCK_MS;
	add_points(2);
	delivery_step(&d, 0);
	ck_assert(!delivery_finish(&d, now + CLOCK_S));
	ck_assert_uint_eq(server.begun, 1);
}
END_TEST

START_TEST(finishes_by_creating_and_splitting)
{
	answer(404, NO_DATABASE);
	answer(200, "");
	answer(413, "");
	answer(400, "the first half");
	answer(204, "");
	add_points(4);
	ck_assert(delivery_finish(&d, now + CLOCK_S));
	ck_assert_uint_eq(server.creates, 1);
	ck_assert_uint_eq(server.stored, 2);
	ck_assert_uint_eq(delivery_dropped(&d), 2);
}
END_TEST

START_TEST(finishes_when_it_may_not_create)
{
	answer(404, NO_DATABASE);
	answer(403, "no");
	add_points(4);
	ck_assert(!delivery_finish(&d, now + CLOCK_S));
	ck_assert_uint_eq(server.begun, 2);
	ck_assert_int_eq(said.lines, 0);
	ck_assert_ptr_nonnull(strstr(d.reason, "it cannot be created: no"));
}
END_TEST

START_TEST(finishes_by_the_deadline)
{
	int64_t deadline = now + 333 * CLOCK_MS;

	answer(204, "")->after_ns = NEVER;
	add_points(2);
	ck_assert(!delivery_finish(&d, deadline));
	ck_assert_int_eq(now, deadline);
	ck_assert_uint_eq(server.begun, 1);
	ck_assert_uint_eq(backlog_points(&backlog), 2);
	ck_assert_str_eq(d.reason, "no answer in time");
	ck_assert_int_le(server.longest_wait, SLICE);
}
END_TEST

START_TEST(finishes_after_the_deadline_at_once)
{
	int64_t began = now;

	answer(204, "")->after_ns = NEVER;
	add_points(2);
	ck_assert(!delivery_finish(&d, now - CLOCK_S));
	ck_assert_int_eq(now, began);
}
END_TEST

/* Many slow batches: one deadline for all of them. */
START_TEST(finishes_in_the_middle)
{
	int64_t deadline = now + 250 * CLOCK_MS;

	answer(204, "")->after_ns = 100 * CLOCK_MS;
	add_points(30000);
	ck_assert(!delivery_finish(&d, deadline));
	ck_assert_int_eq(now, deadline);
	ck_assert_uint_eq(server.writes, 3);
	ck_assert_str_eq(d.reason, "no answer in time");
	ck_assert_uint_gt(backlog_points(&backlog), 0);
	ck_assert_uint_eq(server.stored + backlog_points(&backlog), 30000);
}
END_TEST

static void random_answer(uint64_t *seed, struct scripted *s)
{
	static const struct transport_answer answers[] = {
	    {.status = 204},
	    {.status = 204},
	    {.status = 204},
	    {.status = 400},
	    {.status = 400, .partial = true, .refused = 2},
	    {.status = 403},
	    {.status = 404, .text = NO_DATABASE},
	    {.status = 404},
	    {.status = 413},
	    {.status = 429, .retry_after_ns = 7 * CLOCK_S},
	    {.status = 503},
	    {.status = 0, .text = "Timeout was reached"},
	};

	s->answer = answers[unit_pick(seed, UNIT_COUNT(answers))];
	s->after_ns = (int64_t)unit_pick(seed, 60) * CLOCK_MS;
	s->points = (int)unit_pick(seed, 30);
}

/* Whatever the answers, each point is exactly one of stored, dropped or waiting. */
START_TEST(accounts_for_every_point)
{
	uint64_t seed = (uint64_t)_i;

	start_with(100 + unit_pick(&seed, 400));
	server.scripted = UNIT_COUNT(server.script);
	for (size_t i = 0; i < server.scripted; i++)
		random_answer(&seed, &server.script[i]);
	while (server.begun < server.scripted) {
		add_points((int)unit_pick(&seed, 5));
		if (unit_pick(&seed, 4) == 0)
			now += 40 * CLOCK_S;
		delivery_step(&d, (int64_t)unit_pick(&seed, 50) * CLOCK_MS);
		if (delivery_is_busy(&d))
			continue;
		ck_assert_uint_eq(server.stored + delivery_dropped(&d) + backlog_points(&backlog),
				  added);
	}
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_checked_fixture(all, start, NULL);
	tcase_add_test(all, has_nothing_to_do_at_first);
	tcase_add_test(all, delivers_all_in_one);
	tcase_add_test(all, waits_in_slices);
	tcase_add_test(all, keeps_what_came_meanwhile);
	tcase_add_loop_test(all, does_as_the_table_says, 0, UNIT_COUNT(table));
	tcase_add_test(all, counts_what_a_partial_write_refuses);
	tcase_add_test(all, counts_a_partial_refusal_of_drops);
	tcase_add_test(all, sends_the_same_again);
	tcase_add_test(all, goes_on_after_a_refusal);
	tcase_add_test(all, creates_a_missing_database);
	tcase_add_test(all, creates_it_again_when_it_goes);
	tcase_add_test(all, waits_when_creating_is_in_vain);
	tcase_add_loop_test(all, waits_when_it_may_not_create, 0, UNIT_COUNT(refusals));
	tcase_add_test(all, splits_what_is_too_large);
	tcase_add_test(all, drops_the_one_that_is_too_large);
	tcase_add_loop_test(all, backs_off_further_each_time, 0, 6);
	tcase_add_test(all, does_not_come_back_with_the_others);
	tcase_add_test(all, starts_over_after_a_delivery);
	tcase_add_test(all, honours_retry_after);
	tcase_add_test(all, takes_back_a_drop_that_was_delivered);
	tcase_add_test(all, takes_back_no_more_than_it_delivered);
	tcase_add_test(all, counts_a_refused_drop_once);
	tcase_add_test(all, keeps_a_drop_that_was_not_delivered);
	tcase_add_test(all, delivers_much_in_batches);
	tcase_add_test(all, finishes_with_all);
	tcase_add_test(all, finishes_what_is_under_way);
	tcase_add_test(all, finishes_without_waiting_its_turn);
	tcase_add_test(all, finishes_with_the_first_failure);
	tcase_add_test(all, finishes_with_the_second_lost_connection);
	tcase_add_test(all, finishes_after_a_lost_connection);
	tcase_add_test(all, tries_again_within_the_deadline_only);
	tcase_add_test(all, finishes_when_what_is_under_way_fails);
	tcase_add_test(all, finishes_by_creating_and_splitting);
	tcase_add_test(all, finishes_when_it_may_not_create);
	tcase_add_test(all, finishes_by_the_deadline);
	tcase_add_test(all, finishes_after_the_deadline_at_once);
	tcase_add_test(all, finishes_in_the_middle);
	tcase_add_loop_test(all, accounts_for_every_point, 0, 10 * UNIT_SEEDS);
}

UNIT_MAIN("delivery", add_tests)
