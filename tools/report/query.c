#include "tools/report/query.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/settings/url.h"
#include "tools/report/alloc.h"
#include "tools/report/query_answer.h"
#include "tools/report/request.h"
#include "tools/report/series.h"
#include "tools/report/messages.h"

#define CONNECT_TIMEOUT_S 10L
#define TIMEOUT_S 120L

struct text {
	char *bytes;
	size_t used;
	size_t room;
};

static size_t append_answer(char *bytes, size_t size, size_t n, void *arg)
{
	struct text *text = arg;

	/* Add a NUL, because strtod reads up to a character that is not part of a number. */
	text->bytes = alloc_grow(text->bytes, &text->room, text->used + size * n + 1, 1);
	memcpy(text->bytes + text->used, bytes, size * n);
	text->used += size * n;
	text->bytes[text->used] = '\0';
	return size * n;
}

/* ---- the query ---- */

/* Print ${text} in the quotes of InfluxQL: double for names, single for strings. */
static void print_quoted(FILE *out, char quote, const char *text)
{
	fputc(quote, out);
	for (; *text; text++) {
		if (strchr("\\\"'", *text))
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc(quote, out);
}

static void print_condition(FILE *out, const char *tag, const char *value)
{
	if (value[0] == '\0')
		return;
	fprintf(out, " AND \"%s\" = ", tag);
	print_quoted(out, '\'', value);
}

/* What to ask for. */
struct question {
	const char *what;   /* fields, as after SELECT */
	const char *suffix; /* of the measurement */
	const char *before; /* how much longer to look back: "" or " - TIME" */
};

/* Return the query for the chosen points, from malloc. */
static char *make_query(const struct request *r, const struct question *question)
{
	char *query = NULL, *measurement;
	size_t size;
	FILE *out = open_memstream(&query, &size);

	if (out == NULL ||
	    asprintf(&measurement, "%s%s", r->choice.measurement, question->suffix) < 0)
		messages_fail("out of memory");
	fprintf(out, "SELECT %s FROM ", question->what);
	if (r->options.retention_policy[0]) {
		print_quoted(out, '"', r->options.retention_policy);
		fputc('.', out);
	}
	print_quoted(out, '"', measurement);
	free(measurement);
	if (r->from[0])
		fprintf(out, " WHERE time >= %s%s", r->from, question->before);
	else
		fprintf(out, " WHERE time > now() - %s%s", r->since, question->before);
	if (r->until[0])
		fprintf(out, " AND time <= %s", r->until);
	print_condition(out, "service", r->choice.service);
	print_condition(out, "host", r->choice.host);
	print_condition(out, "pid", r->choice.pid);
	fputs(" GROUP BY *", out);
	if (fclose(out))
		messages_fail("out of memory");
	return query;
}

/* Return the names of ${n} fields, as after SELECT, from malloc. */
static char *list_fields(const char *(*name)(size_t i), size_t n)
{
	char *fields = NULL;
	size_t size;
	FILE *out = open_memstream(&fields, &size);

	if (out == NULL)
		messages_fail("out of memory");
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%s\"%s\"", i ? ", " : "", name(i));
	if (fclose(out))
		messages_fail("out of memory");
	return fields;
}

static const char *process_field(size_t i)
{
	return series_field_name((enum series_field)i);
}

static const char *site_field(size_t i)
{
	return i < SITE_VALUES ? sites_field_name((enum site_field)i) : "verdict";
}

/* Return the URL that asks ${question}, from malloc.  For a Unix socket, any host name will do. */
static char *make_url(CURL *easy, const struct request *r, const struct question *question)
{
	const char *url = r->options.url;
	const char *base = url_scheme(url) == URL_UNIX ? "http://localhost" : url;
	size_t length = strlen(base);
	char *query = make_query(r, question);
	char *escaped_query = curl_easy_escape(easy, query, 0);
	char *escaped_database = curl_easy_escape(easy, request_database(r), 0);
	char *whole = NULL;

	while (length && base[length - 1] == '/')
		length--;
	if (escaped_query == NULL || escaped_database == NULL ||
	    asprintf(&whole, "%.*s/query?db=%s&epoch=ns&q=%s", (int)length, base, escaped_database,
		     escaped_query) < 0)
		messages_fail("out of memory");
	curl_free(escaped_query);
	curl_free(escaped_database);
	free(query);
	return whole;
}

/* ---- the connection, with the same settings as the agent's ---- */

static void set_options(CURL *easy, const struct options *o, struct text *answer)
{
	curl_easy_setopt(easy, CURLOPT_PROXY, o->proxy);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	if (url_scheme(o->url) == URL_UNIX)
		curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, url_path(o->url));
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "memagent-report/" MEMAGENT_VERSION);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, TIMEOUT_S);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, append_answer);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
	if (o->ca_file[0])
		curl_easy_setopt(easy, CURLOPT_CAINFO, o->ca_file);
	if (o->insecure) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (o->username[0] && o->token[0] == '\0') {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(easy, CURLOPT_USERNAME, o->username);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, o->password);
	}
}

static struct curl_slist *make_headers(const struct options *o)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
	char authorization[sizeof("Authorization: Token ") + 256];

	if (headers && o->token[0]) {
		snprintf(authorization, sizeof(authorization), "Authorization: Token %s", o->token);
		headers = curl_slist_append(headers, authorization);
	}
	if (headers == NULL)
		messages_fail("out of memory");
	return headers;
}

struct connection {
	CURL *easy;
	const struct request *request;
	struct text answer;
	char url[1024]; /* without a password */
	struct series *series;
};

/* Ask ${question} and add the points of the answer. */
static void ask(struct connection *c, const struct question *question)
{
	char *whole = make_url(c->easy, c->request, question);
	char error[512];
	CURLcode result;
	long status = 0;

	c->answer.used = 0;
	messages_progress("querying %s ...", c->url);
	curl_easy_setopt(c->easy, CURLOPT_URL, whole);
	result = curl_easy_perform(c->easy);
	free(whole);
	if (result != CURLE_OK)
		messages_fail("no answer from %s: %s; see --url, and that the server runs", c->url,
			      curl_easy_strerror(result));
	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	if (c->answer.used == 0)
		messages_fail("%s answers %ld without a body", c->url, status);
	messages_progress("reading its answer ...");
	if (query_answer_read(c->answer.bytes, c->answer.used, &c->request->choice, c->series,
			      error, sizeof(error)))
		messages_fail("%s: %s", c->url, error);
	if (status / 100 != 2)
		messages_fail("%s answers %ld", c->url, status);
}

/*
 * The agent writes a site's stack once an hour, so look back an hour and some minutes longer.
 */
#define STACKS_BEFORE " - 65m"

static void ask_all(struct connection *c)
{
	char *process_fields = list_fields(process_field, SERIES_VALUES);
	char *site_fields = list_fields(site_field, SITE_VALUES + 1);
	const struct question questions[] = {
	    {process_fields, "", ""},
	    {"last(/^sizes_/)", "", ""},
	    {site_fields, SERIES_SITES, ""},
	    {"\"event\"", SERIES_EVENTS, ""},
	    {"last(\"stack\") AS \"stack\"", SERIES_SITES, STACKS_BEFORE},
	    {"last(\"frames\") AS \"frames\"", SERIES_SITES, STACKS_BEFORE},
	};

	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		ask(c, &questions[i]);
	free(process_fields);
	free(site_fields);
}

void query_read(const struct request *request, struct series *series)
{
	const struct options *o = &request->options;
	struct connection c = {.request = request, .series = series};
	struct curl_slist *headers = make_headers(o);

	curl_global_init(CURL_GLOBAL_DEFAULT);
	c.easy = curl_easy_init();
	if (c.easy == NULL)
		messages_fail("libcurl cannot be initialised");
	url_mask(o->url, c.url, sizeof(c.url));
	set_options(c.easy, o, &c.answer);
	curl_easy_setopt(c.easy, CURLOPT_HTTPHEADER, headers);
	ask_all(&c);
	curl_easy_cleanup(c.easy);
	curl_slist_free_all(headers);
	free(c.answer.bytes);
}
