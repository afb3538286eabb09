#include "agent/deliver/http/answer.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "agent/base/clock.h"

#define BYTES_MOST 65536 /* of a body; what is longer is cut off */
#define RETRY_AFTER_MOST_S 3600

void answer_begin(struct answer_body *body)
{
	memset(body, 0, sizeof(*body));
}

bool answer_take(struct answer_body *body, const char *bytes, size_t n)
{
	const size_t most = sizeof(body->text) - 1;
	size_t have = body->bytes < most ? body->bytes : most;

	memcpy(body->text + have, bytes, n < most - have ? n : most - have);
	body->bytes += n;
	return !answer_is_cut(body);
}

bool answer_is_cut(const struct answer_body *body)
{
	return body->bytes > BYTES_MOST;
}

/* One line of it, whatever the server sent. */
static void copy_text(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text);
	for (char *p = out; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	for (size_t n = strlen(out); n && out[n - 1] == ' '; n--)
		out[n - 1] = '\0';
}

void answer_read(const struct answer_body *body, long status, const char *type,
		 int64_t retry_after_s, struct transport_answer *out)
{
	memset(out, 0, sizeof(*out));
	if (retry_after_s > RETRY_AFTER_MOST_S)
		retry_after_s = RETRY_AFTER_MOST_S;
	out->status = (int)status;
	out->retry_after_ns = retry_after_s > 0 ? retry_after_s * CLOCK_S : 0;
	out->html = type && strncasecmp(type, "text/html", strlen("text/html")) == 0;
	copy_text(out->text, sizeof(out->text), body->text);
}

void answer_missing(const char *error, const char *general, struct transport_answer *out)
{
	/* libcurl's own words are the clearer ones, but may quote a URL with a password in it. */
	bool is_public = error[0] && strchr(error, '@') == NULL;

	memset(out, 0, sizeof(*out));
	copy_text(out->text, sizeof(out->text), is_public ? error : general);
}
