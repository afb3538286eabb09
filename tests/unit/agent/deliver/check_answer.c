#include "agent/deliver/http/answer.h"

#include "tests/unit/unit.h"

static struct answer_body body;
static struct transport_answer answer;

static bool take(const char *text)
{
	return answer_take(&body, text, strlen(text));
}

START_TEST(a_body_in_pieces_is_one_line)
{
	answer_begin(&body);
	ck_assert(take("{\"error\":"));
	ck_assert(take("\"database\r\nnot found\"}\n \n"));
	answer_read(&body, 404, "application/json", 0, &answer);
	ck_assert_int_eq(answer.status, 404);
	ck_assert_str_eq(answer.text, "{\"error\":\"database  not found\"}");
	ck_assert(!answer.html);
}
END_TEST

START_TEST(a_long_body_is_cut_and_then_refused)
{
	static char much[65536];

	memset(much, 'x', sizeof(much));
	answer_begin(&body);
	ck_assert(answer_take(&body, "ab", 2));
	ck_assert(answer_take(&body, much, sizeof(much) - 2));
	answer_read(&body, 500, NULL, 0, &answer);
	ck_assert_uint_eq(strlen(answer.text), sizeof(answer.text) - 1);
	ck_assert(!answer_is_cut(&body));
	ck_assert(!take("x"));
	ck_assert(answer_is_cut(&body));
	answer_begin(&body);
	ck_assert(take("x"));
	answer_read(&body, 500, NULL, 0, &answer);
	ck_assert_str_eq(answer.text, "x");
}
END_TEST

START_TEST(a_page_for_people)
{
	static const char *const pages[] = {"text/html", "text/html; charset=utf-8", "Text/HTML"};
	static const char *const others[] = {"", "text/plain", "application/json", "x-text/html"};

	answer_begin(&body);
	for (size_t i = 0; i < UNIT_COUNT(pages); i++) {
		answer_read(&body, 200, pages[i], 0, &answer);
		ck_assert_msg(answer.html, "%s", pages[i]);
	}
	for (size_t i = 0; i < UNIT_COUNT(others); i++) {
		answer_read(&body, 200, others[i], 0, &answer);
		ck_assert_msg(!answer.html, "%s", others[i]);
	}
}
END_TEST

START_TEST(a_wish_to_wait_has_bounds)
{
	static const struct {
		int64_t wish_s, ns;
	} cases[] = {
	    {0, 0},
	    {1, INT64_C(1000000000)},
	    {3600, INT64_C(3600000000000)},
	    {INT64_MAX, INT64_C(3600000000000)},
	    {-1, 0},
	};

	answer_begin(&body);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		answer_read(&body, 503, NULL, cases[i].wish_s, &answer);
		ck_assert_int_eq(answer.retry_after_ns, cases[i].ns);
	}
}
END_TEST

START_TEST(no_answer_tells_no_password)
{
	answer_missing("cannot connect to host", "no connection", &answer);
	ck_assert_int_eq(answer.status, 0);
	ck_assert_str_eq(answer.text, "cannot connect to host");
	answer_missing("bad URL http://me:secret@host", "bad URL", &answer);
	ck_assert_str_eq(answer.text, "bad URL");
	answer_missing("", "no connection", &answer);
	ck_assert_str_eq(answer.text, "no connection");
}
END_TEST

static const struct {
	long status;
	bool partial;
	uint64_t refused;
	const char *text;
} writes[] = {
    /* InfluxDB 1.x */
    {400, true, 20, "{\"error\":\"partial write: points beyond retention policy dropped=20\"}\n"},
    {400, true, 3,
     "{\"error\":\"partial write: field type conflict: input field \\\"dropped=7\\\" on "
     "measurement "
     "\\\"m\\\" is type float, already exists as type integer dropped=3\"}"},
    {400, true, 2,
     "{\"error\":\"partial write: unable to parse 'm a=x 1': invalid boolean\\nunable to parse "
     "'m': "
     "missing fields dropped=0\"}"},
    {400, true, 2,
     "{\"error\":\"partial write:\\nunable to parse 'm': a\\nunable to parse 'n': b\"}"},
    {400, false, 0, "{\"error\":\"unable to parse 'm a=x 1': invalid boolean\"}"},
    {400, false, 0, "{\"error\":\"partial write\"}"},
    {500, false, 0, "{\"error\":\"partial write: timeout dropped=3\"}"},
    {204, false, 0, "partial write dropped=3"},
    /* 2.7 */
    {422, true, 4,
     "{\"code\":\"unprocessable entity\",\"message\":\"failure writing points to database: partial "
     "write: dropped 4 points outside retention policy of duration 24h0m0s - oldest point "
     "m,dropped=9 at 1970-01-01T00:00:01Z dropped because it violates a Retention Policy Lower "
     "Bound at 2025-05-20T19:06:17Z, newest point m at 1970-01-01T00:00:01Z dropped because it "
     "violates a Retention Policy Lower Bound at 2025-05-20T19:06:17Z dropped=4 for database: "
     "9f282d63c7d3a5c0 for retention policy: autogen\"}"},
    {400, false, 0, "{\"code\":\"invalid\",\"message\":\"unable to parse 'm': missing fields\"}"},
    /* 3 */
    {400, true, 2,
     "{\"error\":\"partial write of line protocol occurred\",\"data\":["
     "{\"original_line\":\"m a=\\\"\\\"error_message\\\":\\\" "
     "1\",\"line_number\":2,\"error_message\":\"x\"},"
     "{\"original_line\":\"m dropped=9\",\"line_number\":3,\"error_message\":\"y\"}]}"},
    {400, false, 0,
     "{\"error\":\"parsing failed for write_lp endpoint\",\"data\":{\"original_line\":\"m\","
     "\"line_number\":2,\"error_message\":\"No fields were provided\"}}"},
};

START_TEST(a_partial_write_says_how_much)
{
	answer_begin(&body);
	ck_assert(take(writes[_i].text));
	answer_read(&body, writes[_i].status, "application/json", 0, &answer);
	ck_assert_int_eq(answer.partial, writes[_i].partial);
	ck_assert_uint_eq(answer.refused, writes[_i].refused);
}
END_TEST

START_TEST(half_an_answer_says_nothing_of_the_rest)
{
	static char much[65536];

	memset(much, 'x', sizeof(much));
	answer_begin(&body);
	ck_assert(take("{\"error\":\"partial write: dropped=1\"}"));
	ck_assert(!answer_take(&body, much, sizeof(much)));
	answer_read(&body, 400, NULL, 0, &answer);
	ck_assert(!answer.partial);
}
END_TEST

static const struct {
	const char *lines[3];
	const char *server;
} heads[] = {
    {{"X-Influxdb-Version: 1.8.10\r\n"}, "InfluxDB 1.8.10"},
    {{"x-influxdb-build: Core\r\n", "x-influxdb-version: 3.2.1\r\n"}, "InfluxDB 3.2.1"},
    {{"X-Influxdb-Version:v2.7.6\r\n"}, "InfluxDB 2.7.6"},
    {{"X-Influxdb-Version: 1.8.0\r\n", "X-Server-Hostname: vm\r\n"}, "VictoriaMetrics"},
    {{"X-Server-Hostname: vm\r\n"}, "VictoriaMetrics"},
    {{"X-Influxdb-Version:\r\n"}, ""},
    {{"X-Influxdb-Version: \r\n"}, ""},
    {{"X-Influxdb-Version\r\n"}, ""},
    {{"X-Influxdb-Version: 1\033[2J\r\n"}, "InfluxDB 1 [2J"},
    {{"X-Influxdb-Version: 0123456789012345678901234567890123456789\r\n"},
     "InfluxDB 0123456789012345678901234567890"},
    {{"Server: nginx\r\n"}, ""},
};

START_TEST(the_head_tells_the_server)
{
	answer_begin(&body);
	for (size_t i = 0; i < 3 && heads[_i].lines[i]; i++)
		answer_header(&body, heads[_i].lines[i], strlen(heads[_i].lines[i]));
	answer_read(&body, 204, NULL, 0, &answer);
	ck_assert_str_eq(answer.server, heads[_i].server);
	/* The next answer starts empty. */
	answer_begin(&body);
	answer_read(&body, 204, NULL, 0, &answer);
	ck_assert_str_eq(answer.server, "");
}
END_TEST

/* libcurl's lines have a length and no NUL. */
START_TEST(a_line_of_the_head_ends_where_it_ends)
{
	static const char line[] = "X-Influxdb-Version: 1.8.10\r\n";

	for (size_t n = 0; n < sizeof(line); n++) {
		char *copy = malloc(n ? n : 1);

		ck_assert_ptr_nonnull(copy);
		memcpy(copy, line, n);
		answer_begin(&body);
		answer_header(&body, copy, n);
		free(copy);
	}
	answer_read(&body, 204, NULL, 0, &answer);
	ck_assert_str_eq(answer.server, "InfluxDB 1.8.10");
}
END_TEST

static void add(TCase *all)
{
	tcase_add_loop_test(all, the_head_tells_the_server, 0, UNIT_COUNT(heads));
	tcase_add_test(all, a_line_of_the_head_ends_where_it_ends);
	tcase_add_test(all, a_body_in_pieces_is_one_line);
	tcase_add_test(all, a_long_body_is_cut_and_then_refused);
	tcase_add_test(all, a_page_for_people);
	tcase_add_test(all, a_wish_to_wait_has_bounds);
	tcase_add_test(all, no_answer_tells_no_password);
	tcase_add_loop_test(all, a_partial_write_says_how_much, 0, UNIT_COUNT(writes));
	tcase_add_test(all, half_an_answer_says_nothing_of_the_rest);
}

UNIT_MAIN("answer", add)
