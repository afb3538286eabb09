#include "tools/run/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/deliver/destination.h"
#include "agent/deliver/load.h"
#include "agent/deliver/load_object.h"
#include "agent/deliver/verdict.h"
#include "agent/settings/options.h"
#include "agent/settings/secret.h"
#include "agent/settings/url.h"
#include "tools/run/library.h"

#define TIMEOUT_NS (20 * CLOCK_S)

static bool failed;
static struct options options;
static struct destination destination;
static const struct library *beside;

static void print(const char *what, const char *verdict, const char *format, va_list args)
{
	printf("%s  %s  ", what, verdict);
	vprintf(format, args);
	putchar('\n');
}

void check_pass(const char *what, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(what, "ok", format, args);
	va_end(args);
}

void check_fail(const char *what, const char *format, ...)
{
	va_list args;

	failed = true;
	va_start(args, format);
	print(what, "FAIL", format, args);
	va_end(args);
}

bool check_failed(void)
{
	return failed;
}

/* The HTTP transport is beside the library.  This program itself is not linked to libcurl. */
const struct transport *load_http(char *error, size_t size)
{
	const char *slash = strrchr(beside->path, '/');
	char path[PATH_MAX + sizeof(TRANSPORT_HTTP_OBJECT)];

	if (slash == NULL) {
		snprintf(error, size, "%s", beside->missing);
		return NULL;
	}
	snprintf(path, sizeof(path), "%.*s/" TRANSPORT_HTTP_OBJECT, (int)(slash - beside->path),
		 beside->path);
	return load_object(path, error, size);
}

static void do_nothing(void)
{
}

static struct transport_answer ask(enum transport_request what, const char *body)
{
	struct transport_answer answer = {.status = 0};

	destination.transport->begin(destination.handle, what, body, strlen(body));
	if (!destination.transport->poll(destination.handle, TIMEOUT_NS, &answer))
		snprintf(answer.text, sizeof(answer.text), "it takes too long");
	return answer;
}

static const char *credentials(void)
{
	if (destination.config.username[0])
		return "--username and --password-file";
	return destination.config.token[0] ? "--token-file"
					   : "--token-file (InfluxDB 2 and 3) or --username and "
					     "--password-file (InfluxDB 1)";
}

/* Return whether a server answers /ping as InfluxDB does, and permits it. */
static bool check_ping(const char *shown)
{
	struct transport_answer answer = ask(TRANSPORT_PING, "");

	if (answer.status == 0)
		check_fail("server",
			   "%s does not answer: %s; see --url (InfluxDB 3 listens on port 8181), "
			   "and that it runs",
			   shown, answer.text);
	else if (answer.status == 401 || answer.status == 403)
		check_fail("server", "%s/ping answers %d: see %s", shown, answer.status,
			   credentials());
	else if (answer.status / 100 != 2)
		check_fail("server", "%s/ping answers %d: see that --url is InfluxDB's", shown,
			   answer.status);
	else if (answer.html)
		check_fail("server",
			   "%s/ping answers with a web page: see that --url is InfluxDB's", shown);
	else
		check_pass("server", "%s answers%s%s", shown, answer.server[0] ? ": " : "",
			   answer.server);
	return answer.status / 100 == 2 && !answer.html;
}

/*
 * Return whether the server only objects that the body has no point.  The first text is InfluxDB
 * 2's, the second InfluxDB 3's.
 */
static bool is_empty_write(const struct transport_answer *answer)
{
	return answer->status == 400 && (strstr(answer->text, "writing requires points") ||
					 strstr(answer->text, "incoming write was empty"));
}

static void judge_write(const struct transport_answer *answer)
{
	const struct transport_config *c = &destination.config;
	bool is_v1 = strcmp(c->api, "v1") == 0;
	const char *what = is_v1 ? "database" : "bucket";
	const char *name = !is_v1 && c->bucket[0] ? c->bucket : c->database;
	enum verdict verdict = verdict_of_write(answer);

	if (verdict == VERDICT_DELIVERED || is_empty_write(answer))
		check_pass(what, "%s can be written to", name);
	else if (verdict == VERDICT_CREATE)
		check_pass(what, "%s is missing; the agent creates it%s", name,
			   c->username[0] ? ", if this user may" : "");
	else if (answer->status == 401 || answer->status == 403)
		check_fail(what, "%s cannot be written to: the server answers %d (%s): see %s",
			   name, answer->status, answer->text, credentials());
	else if (verdict == VERDICT_DROP && answer->status == 404)
		check_fail(what,
			   "%s cannot be written to: %s; see --org and --bucket, and create it",
			   name, answer->text);
	else if (answer->status == 404 || answer->status == 405 || answer->status == 501)
		check_fail(
		    what,
		    "%s cannot be written to: the server does not know the interface %s (%d); see "
		    "--api and --url",
		    name, c->api, answer->status);
	else if (answer->status)
		check_fail(what, "%s cannot be written to: the server answers %d (%s)", name,
			   answer->status, answer->text);
	else
		check_fail(what, "%s cannot be written to: no answer (%s)", name, answer->text);
}

static void check_http(void)
{
	char error[512] = "", shown[1024];
	struct transport_answer answer;

	url_mask(options.url, shown, sizeof(shown));
	destination_read(&destination, &options);
	if (destination_try(&destination, &options, do_nothing, do_nothing, error, sizeof(error))) {
		check_fail("server", "%s was not asked: %s", shown, error);
	} else if (check_ping(shown)) {
		/* Writing a comment needs the permissions of a point, and stores nothing. */
		answer = ask(TRANSPORT_WRITE, "# memagent-run --check\n");
		judge_write(&answer);
	}
}

/* Return whether the secret can be read from the file ${path}. */
static bool check_secret(const char *what, const char *path)
{
	char secret[SECRET_BYTES];

	if (path[0] == '\0' || secret_read(path, secret) == 0)
		return true;
	check_fail(what, "%s cannot be read: %s; name a readable file whose first line is the %s",
		   path, strerrordesc_np(errno), what);
	return false;
}

/* Print the lines that the agent would log about the settings. */
static void check_settings(void)
{
	for (const char *line = options.problems; *line;) {
		int n = (int)strcspn(line, "\n");

		if (strstr(line, "is not valid") == NULL || strstr(line, "is not valid") > line + n)
			check_pass("settings", "%.*s", n, line);
		else
			check_fail(strncmp(line, "MEMAGENT_URL=", 13) == 0 ? "server" : "settings",
				   "%.*s", n, line);
		line += n + (line[n] == '\n');
	}
}

static const char *from_environment(const char *name)
{
	return getenv(name);
}

void check_destination(const struct library *library)
{
	char shown[1024];

	beside = library;
	options_read(&options, from_environment);
	check_settings();
	url_mask(options.url, shown, sizeof(shown));
	switch (url_scheme(options.url)) {
	case URL_FILE:
		check_file(url_path(options.url));
		break;
	case URL_UDP:
		check_pass("server", "%s, as far as can be told: over UDP nobody answers", shown);
		break;
	case URL_BAD:
		break; /* check_settings has reported it */
	default:
		if (check_secret("password", options.password_file) &&
		    check_secret("token", options.token_file))
			check_http();
	}
}
