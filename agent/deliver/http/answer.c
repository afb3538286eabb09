#include "agent/deliver/http/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agent/base/ascii.h"
#include "agent/base/clock.h"

#define RETRY_AFTER_MOST_S 3600

void answer_begin(struct answer_body *body)
{
	body->bytes = 0;
	body->text[0] = '\0';
	body->version[0] = '\0';
	body->is_victoria = false;
}

/* Return whether the line of ${n} bytes is the header ${name}; then set ${value} to its value. */
static bool is_header(const char *line, size_t n, const char *name, const char **value)
{
	size_t length = strlen(name);

	*value = line + length;
	return n >= length && strncasecmp(line, name, length) == 0;
}

/* VictoriaMetrics sends both headers, because it claims to be InfluxDB 1.8.0. */
void answer_header(struct answer_body *body, const char *line, size_t n)
{
	const char *end = line + n, *value;
	size_t size = 0;

	if (is_header(line, n, "X-Server-Hostname:", &value))
		body->is_victoria = true;
	if (!is_header(line, n, "X-Influxdb-Version:", &value))
		return;
	while (value < end && *value == ' ')
		value++;
	for (; value < end && *value != '\r' && *value != '\n'; value++)
		if (size < sizeof(body->version) - 1)
			body->version[size++] = *value;
	body->version[size] = '\0';
}

bool answer_take(struct answer_body *body, const char *bytes, size_t n)
{
	size_t used = body->bytes < ANSWER_BYTES ? body->bytes : ANSWER_BYTES;
	size_t fits = n < ANSWER_BYTES - used ? n : ANSWER_BYTES - used;

	memcpy(body->text + used, bytes, fits);
	body->text[used + fits] = '\0';
	body->bytes += n;
	return !answer_is_cut(body);
}

bool answer_is_cut(const struct answer_body *body)
{
	return body->bytes > ANSWER_BYTES;
}

/* Copy ${text} as one line, without control characters. */
static void copy_text(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text);
	for (char *p = out; *p; p++)
		if (ascii_is_control(*p))
			*p = ' ';
	for (size_t n = strlen(out); n && out[n - 1] == ' '; n--)
		out[n - 1] = '\0';
}

/* Copy the server's product and version; some builds write "v2.7.6" instead of "2.7.6". */
static void copy_server(char *out, size_t size, const struct answer_body *body)
{
	char version[sizeof(body->version)];

	copy_text(version, sizeof(version), body->version + (body->version[0] == 'v'));
	if (body->is_victoria)
		snprintf(out, size, "VictoriaMetrics");
	else if (version[0])
		snprintf(out, size, "InfluxDB %s", version);
}

static uint64_t count(const char *text, const char *what)
{
	uint64_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		n++;
	return n;
}

/* Return the number after the last "dropped=": earlier ones may be quoted from points.  0: none. */
static uint64_t last_dropped(const char *text)
{
	uint64_t n = 0;

	while ((text = strstr(text, "dropped=")) != NULL) {
		text += strlen("dropped=");
		n = strtoull(text, NULL, 10);
	}
	return n;
}

/* Return how many points of a partial write were refused; 0 if the body does not say. */
static uint64_t count_refused(const struct answer_body *body)
{
	uint64_t n;

	if (answer_is_cut(body) || strstr(body->text, "partial write") == NULL)
		return 0;
	/* The quotation mark excludes quoted points, where it has a backslash before it. */
	n = count(body->text, "\"error_message\":");
	if (n == 0)
		n = last_dropped(body->text);
	return n ? n : count(body->text, "unable to parse '");
}

void answer_read(const struct answer_body *body, long status, const char *type,
		 int64_t retry_after_s, struct transport_answer *out)
{
	memset(out, 0, sizeof(*out));
	if (retry_after_s > RETRY_AFTER_MOST_S)
		retry_after_s = RETRY_AFTER_MOST_S;
	out->status = (int)status;
	out->retry_after_ns = retry_after_s > 0 ? retry_after_s * CLOCK_S : 0;
	if (status == 400 || status == 422)
		out->refused = count_refused(body);
	out->partial = out->refused > 0;
	out->html = type && strncasecmp(type, "text/html", strlen("text/html")) == 0;
	copy_text(out->text, sizeof(out->text), body->text);
	copy_server(out->server, sizeof(out->server), body);
}

void answer_missing(const char *error, const char *general, struct transport_answer *out)
{
	/* libcurl's message is clearer, but may quote a URL with a password. */
	bool is_public = error[0] && strchr(error, '@') == NULL;

	memset(out, 0, sizeof(*out));
	copy_text(out->text, sizeof(out->text), is_public ? error : general);
}
