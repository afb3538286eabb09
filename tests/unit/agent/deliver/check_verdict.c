#include "agent/deliver/verdict.h"

#include <stdio.h>

#include "tests/unit/unit.h"

static struct transport_answer answer(int status, const char *text, bool html)
{
	struct transport_answer a = {.status = status, .html = html};

	snprintf(a.text, sizeof(a.text), "%s", text);
	return a;
}

static const struct {
	int status;
	const char *text;
	bool html;
	enum verdict verdict;
	bool v2; /* such a server cannot create a database */
} writes[] = {
    {200, "", false, VERDICT_DELIVERED, false},
    {204, "", false, VERDICT_DELIVERED, false},
    {299, "", false, VERDICT_DELIVERED, false},
    {200, "Welcome to nginx!", true, VERDICT_RETRY, false}, /* a page of a portal or proxy */
    {204, "", true, VERDICT_RETRY, false},

    {400, "partial write: field type conflict", false, VERDICT_DROP, false},
    {400, "unable to parse", false, VERDICT_DROP, false},
    {422, "", false, VERDICT_DROP, false},

    {404, "{\"error\":\"database not found: \\\"memagent\\\"\"}", false, VERDICT_CREATE, false},
    {404, "404 page not found", false, VERDICT_RETRY, false},
    {404, "", false, VERDICT_RETRY, false},
    {404, "<title>Not Found</title>", true, VERDICT_RETRY, false},
    {400, "database not found", false, VERDICT_DROP, false},
    {404, "{\"code\":\"not found\",\"message\":\"bucket \\\"x\\\" not found\"}", false,
     VERDICT_DROP, true},
    {404, "{\"code\":\"not found\",\"message\":\"organization name \\\"x\\\" not found\"}", false,
     VERDICT_DROP, true},
    {404, "404 page not found", false, VERDICT_RETRY,
     true}, /* it does not say what was not found */
    {404, "", false, VERDICT_RETRY, true},
    {404, "<title>not found</title>", true, VERDICT_RETRY, true},

    {413, "Request Entity Too Large", false, VERDICT_SPLIT, false},
    {413, "<html>", true, VERDICT_SPLIT, false}, /* from a proxy: a smaller batch may pass */

    {401, "authorization failed", false, VERDICT_RETRY, false},
    {403, "not authorized", false, VERDICT_RETRY, false},
    {408, "", false, VERDICT_RETRY, false},
    {429, "", false, VERDICT_RETRY, false},
    {500, "engine: cache-max-memory-size exceeded", false, VERDICT_RETRY, false},
    {502, "<html>", true, VERDICT_RETRY, false},
    {503, "", false, VERDICT_RETRY, false},
    {504, "timeout", false, VERDICT_RETRY, false},
    {0, "Could not connect to server", false, VERDICT_RETRY, false},
    {0, "Timeout was reached", false, VERDICT_RETRY, false},

    /* Texts that no InfluxDB sends. */
    {100, "", false, VERDICT_RETRY, false},
    {199, "", false, VERDICT_RETRY, false},
    {300, "", false, VERDICT_RETRY, false},
    {301, "moved", false, VERDICT_RETRY, false},
    {418, "teapot", false, VERDICT_RETRY, false},
    {999, "", false, VERDICT_RETRY, false},
    {-1, "", false, VERDICT_RETRY, false},
};

START_TEST(of_a_write)
{
	struct transport_answer a = answer(writes[_i].status, writes[_i].text, writes[_i].html);

	a.can_create = !writes[_i].v2;
	ck_assert_msg(verdict_of_write(&a) == writes[_i].verdict, "%d %s", a.status, a.text);
}
END_TEST

static const struct {
	int status;
	const char *text;
	bool html;
	bool created;
} creations[] = {
    {200, "{\"results\":[{\"statement_id\":0}]}", false, true},
    {200, "", false, true},
    {200, "{\"results\":[{\"statement_id\":0,\"error\":\"not authorized\"}]}", false, false},
    {200, "{\"error\":\"x\"}", false, false},
    {200, "<html>", true, false},
    {204, "", true, false},
    {0, "Could not connect to server", false, false},
    {401, "{\"error\":\"unable to parse\"}", false, false},
    {403, "", false, false},
    {404, "", false, false},
    {500, "", false, false},
};

START_TEST(of_a_creation)
{
	struct transport_answer a =
	    answer(creations[_i].status, creations[_i].text, creations[_i].html);

	ck_assert_msg(verdict_created(&a) == creations[_i].created, "%d %s", a.status, a.text);
}
END_TEST

/* A text of 255 bytes that ends with the searched words. */
START_TEST(reads_the_text_to_its_end)
{
	static const char found[] = "database not found";
	struct transport_answer a = {.status = 404, .can_create = true};

	unit_repeat(a.text, 'x', sizeof(a.text) - 1);
	a.text[0] = '{';
	ck_assert_int_eq(verdict_of_write(&a), VERDICT_RETRY);
	memcpy(a.text + sizeof(a.text) - sizeof(found), found, sizeof(found));
	ck_assert_int_eq(verdict_of_write(&a), VERDICT_CREATE);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, of_a_write, 0, UNIT_COUNT(writes));
	tcase_add_loop_test(all, of_a_creation, 0, UNIT_COUNT(creations));
	tcase_add_test(all, reads_the_text_to_its_end);
}

UNIT_MAIN("verdict", add_tests)
