#ifndef MEMAGENT_ANSWER_H
#define MEMAGENT_ANSWER_H
/*
 * answer: what is kept of an HTTP answer, whatever the server sends.
 *
 * Layer    agent/deliver/http; needs transport.h and clock.  Pure: it knows no libcurl.
 * Memory   never allocates.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/deliver/transport.h"

#define ANSWER_BYTES 65536 /* of a body; what is longer is cut off */

struct answer_body {
	size_t bytes; /* received */
	char text[ANSWER_BYTES + 1];
	char version[32]; /* of InfluxDB, or of what it pretends to be; "": not told */
	bool is_victoria; /* it is VictoriaMetrics */
};

void answer_begin(struct answer_body *body);

/* Take the next ${n} bytes.  Return whether more may come: not when the body is too long. */
bool answer_take(struct answer_body *body, const char *bytes, size_t n);

/* Take a line of the head, of ${n} bytes, for what it tells of the server. */
void answer_header(struct answer_body *body, const char *line, size_t n);

/* Return whether the body was too long, so that the rest of it was not taken. */
bool answer_is_cut(const struct answer_body *body);

/*
 * answer_read(body, status, type, retry_after_s, out):
 * Fill ${out}, but for can_create, with an answer of that ${status}, content ${type} (NULL: it says
 * none) and Retry-After: at most an hour, nothing below 0.
 *
 * A partial write is told from the body.  InfluxDB 1 and 2 end it with "dropped=N" (influxdb,
 * tsdb/shard.go, PartialWriteError); version 1 says "dropped=0" and lists the lines that it could
 * not parse.  Version 3 lists one "error_message" for each line.  A body that was cut off, or that
 * gives no number, tells of no partial write: then all points count as refused.
 */
void answer_read(const struct answer_body *body, long status, const char *type,
		 int64_t retry_after_s, struct transport_answer *out);

/*
 * answer_missing(error, general, out):
 * Fill ${out}, but for can_create, when there was no answer: with the ${error}, or, where that may
 * quote a user and a password, with what is said of errors of its kind in ${general}.
 */
void answer_missing(const char *error, const char *general, struct transport_answer *out);

#endif
