#include "tools/report/query_answer.h"

#include <math.h>

#include "tests/unit/unit.h"
#include "tools/report/series.h"

static const struct series_choice choice = {
    .measurement = "memagent", .host = "", .service = "", .pid = "", .until_ms = INT64_MAX};
static struct series series;
static char error[256];

static const char points[] =
    "{\"results\":[{\"statement_id\":0,\"series\":[{\"name\":\"memagent\",\"tags\":{\"host\":\"h\","
    "\"pid\":\"7\",\"service\":\"a \\\"b\\\"\",\"env\":\"\"},\"columns\":[\"time\",\"mallocs\","
    "\"heap_alloc_bytes\",\"other\"],\"values\":[[1700000001000000000,5,10,1],[1700000002000000000,"
    "null,20,\"x\"],[1700000003000000000,null,null,1]]}]}]}\n";

static int take(const char *text)
{
	return query_answer_read(text, strlen(text), &choice, &series, error, sizeof(error));
}

START_TEST(reads_points)
{
	const struct series_process *p;

	ck_assert_int_eq(take(points), 0);
	series_finish(&series);
	ck_assert_uint_eq(series.count, 1);
	p = series.processes[0];
	ck_assert_str_eq(p->service, "a \"b\"");
	ck_assert_uint_eq(p->count, 2);
	ck_assert_int_eq(p->samples[0].time_ms, 1700000001000);
	ck_assert_double_eq(p->samples[0].value[SERIES_mallocs], 5);
	ck_assert(isnan(p->samples[1].value[SERIES_mallocs]));
	ck_assert_double_eq(p->samples[1].value[SERIES_heap_alloc_bytes], 20);
}
END_TEST

/* Members may be in any order, and sizes are in a second answer. */
START_TEST(reads_sizes)
{
	ck_assert_int_eq(take(points), 0);
	ck_assert_int_eq(
	    take("{\"results\":[{\"series\":[{\"values\":[[0,3,4]],\"columns\":[\"time\","
		 "\"last_sizes_0\",\"last_sizes_le_16\"],\"tags\":{\"service\":\"a \\\"b\\\"\","
		 "\"pid\":\"7\",\"host\":\"h\"}}]}]}"),
	    0);
	series_finish(&series);
	ck_assert_uint_eq(series.count, 1);
	ck_assert_double_eq(series.processes[0]->sizes[63], 3);
	ck_assert_double_eq(series.processes[0]->sizes[4], 4);
}
END_TEST

START_TEST(has_no_points)
{
	ck_assert_int_eq(take("{\"results\":[{\"statement_id\":0}]}"), 0);
	series_finish(&series);
	ck_assert_uint_eq(series.count, 0);
}
END_TEST

/* Stacks are in a second answer, whose points may be from before the chosen time. */
static const char sites[] =
    "{\"results\":[{\"series\":[{\"values\":[[1700000001000000000,5,null,null],["
    "1700000002000000000,7,3,\"leak\"]],"
    "\"columns\":[\"time\",\"live_bytes\",\"live_bytes_error\",\"verdict\"],\"tags\":{"
    "\"pid\":\"7\",\"host\":\"h\",\"env\":\"\","
    "\"service\":\"a "
    "\\\"b\\\"\",\"site\":\"00ff\",\"function\":\"f\\u003cint\\u003e\"},"
    "\"name\":\"memagent_site\"}]}]}";
static const char stacks[] = "{\"results\":[{\"series\":[{\"name\":\"memagent_site\",\"tags\":{"
			     "\"host\":\"h\",\"pid\":\"7\",\"service\":\"a \\\"b\\\"\","
			     "\"site\":\"00ff\",\"function\":\"f\\u003cint\\u003e\"},\"columns\":["
			     "\"time\",\"stack\",\"frames\"],"
			     "\"values\":[[1600000000000000000,\"main;f "
			     "\\\"x\\\"\",\"/a@1+0x1\"],[1600000000000000001, null,null]]}]}]}";

START_TEST(reads_sites)
{
	const struct site *site;

	ck_assert_int_eq(take(points), 0);
	ck_assert_int_eq(take(sites), 0);
	ck_assert_int_eq(take(stacks), 0);
	series_finish(&series);
	ck_assert_uint_eq(series.count, 1);
	ck_assert_uint_eq(series.processes[0]->sites.count, 1);
	site = series.processes[0]->sites.all[0];
	ck_assert_str_eq(site->id, "00ff");
	ck_assert_str_eq(site->function.text, "f<int>");
	ck_assert_str_eq(site->stack.text, "main;f \"x\"");
	ck_assert_str_eq(site->frames.text, "/a@1+0x1");
	ck_assert_uint_eq(site->count, 2);
	ck_assert_double_eq(site->samples[1].value[SITE_live_bytes], 7);
	ck_assert_double_eq(site->samples[1].value[SITE_live_bytes_error], 3);
	ck_assert(isnan(site->samples[0].value[SITE_live_bytes_error]));
	ck_assert_int_eq(site->samples[0].verdict, SITE_NOT_JUDGED);
	ck_assert_int_eq(site->samples[1].verdict, SITE_LEAK);
}
END_TEST

START_TEST(reads_events)
{
	ck_assert_int_eq(take(points), 0);
	ck_assert_int_eq(
	    take("{\"results\":[{\"series\":[{\"name\":\"memagent_event\",\"tags\":{\"host\":\"h\","
		 "\"pid\":\"7\","
		 "\"service\":\"a "
		 "\\\"b\\\"\"},\"columns\":[\"time\",\"event\"],\"values\":[[1700000001000000000,"
		 "\"start\"],[1700000002000000000,\"exit\"],[1700000003000000000,null]]}]}]}"),
	    0);
	series_finish(&series);
	ck_assert_uint_eq(series.count, 1);
	ck_assert_uint_eq(series.processes[0]->count, 2);
	ck_assert_uint_eq(series.processes[0]->exit_count, 1);
	ck_assert_int_eq(series.processes[0]->exits[0], 1700000002000);
}
END_TEST

static const struct {
	const char *text;
	const char *error;
} refusals[] = {
    {"{\"results\":[{\"error\":\"database not found: x\"}]}", "database not found: x"},
    {"{\"error\":\"authorization failed\"}", "authorization failed"},
    {"{\"code\":\"unauthorized\",\"message\":\"unauthorized access\"}", "unauthorized access"},
    {"404 page not found", "not an answer of InfluxDB: 404 page not found"},
    {"[]", "not an answer of InfluxDB: []"},
};

START_TEST(tells_refusals)
{
	ck_assert_int_eq(take(refusals[_i].text), -1);
	ck_assert_str_eq(error, refusals[_i].error);
}
END_TEST

START_TEST(is_cut_anywhere)
{
	for (size_t n = 0; n < sizeof(points) - 2; n++)
		ck_assert_int_eq(query_answer_read(points, n, &choice, &series, error,
						   sizeof(error)),
				 -1);
	for (size_t n = 0; n < sizeof(stacks) - 1; n++)
		ck_assert_int_eq(query_answer_read(stacks, n, &choice, &series, error,
						   sizeof(error)),
				 -1);
}
END_TEST

static void add(TCase *all)
{
	tcase_add_test(all, reads_points);
	tcase_add_test(all, reads_sizes);
	tcase_add_test(all, reads_sites);
	tcase_add_test(all, reads_events);
	tcase_add_test(all, has_no_points);
	tcase_add_loop_test(all, tells_refusals, 0, UNIT_COUNT(refusals));
	tcase_add_test(all, is_cut_anywhere);
}

UNIT_MAIN("query_answer", add)
