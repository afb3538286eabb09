#ifndef MEMAGENT_ANSWER_H
#define MEMAGENT_ANSWER_H
/*
 * answer: turns an HTTP answer into a struct transport_answer, whatever the server sends.
 *
 * Layer    agent/deliver/http; needs transport.h and clock.  Pure: does not use libcurl.
 * Memory   never allocates.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/deliver/transport.h"

#define ANSWER_BYTES 65536 /* of a body; the rest is cut off */

struct answer_body {
	size_t bytes; /* received */
	char text[ANSWER_BYTES + 1];
	char version[32]; /* the server's X-Influxdb-Version; "": none */
	bool is_victoria; /* the server is VictoriaMetrics */
};

void answer_begin(struct answer_body *body);

/* Add ${n} bytes to the body.  Return false if it is now too long. */
bool answer_take(struct answer_body *body, const char *bytes, size_t n);

/* Parse a header line of ${n} bytes for the server's product and version. */
void answer_header(struct answer_body *body, const char *line, size_t n);

/* Return whether the body was too long and has been cut off. */
bool answer_is_cut(const struct answer_body *body);

/*
 * answer_read(body, status, type, retry_after_s, out):
 * Fill ${out}, except can_create, from the HTTP ${status}, the content ${type} (NULL: none), the
 * Retry-After time (limited to 0 to 1 hour) and the body.
 *
 * A partial write is recognised by the body.  InfluxDB 1 and 2 end it with "dropped=N" (influxdb,
 * tsdb/shard.go, PartialWriteError).  Version 1 writes "dropped=0" and lists the lines that it
 * could not parse.  Version 3 lists an "error_message" for each line.  If the body was cut off or
 * has no number, all points count as refused.
 */
void answer_read(const struct answer_body *body, long status, const char *type,
		 int64_t retry_after_s, struct transport_answer *out);

/*
 * answer_missing(error, general, out):
 * Fill ${out}, except can_create, when there was no answer.  The text is ${error}; if that may
 * contain a user and password, it is ${general}, the description of that kind of error.
 */
void answer_missing(const char *error, const char *general, struct transport_answer *out);

#endif
