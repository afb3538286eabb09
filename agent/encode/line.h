#ifndef MEMAGENT_LINE_H
#define MEMAGENT_LINE_H
/*
 * line: InfluxDB's line protocol.
 *
 * Layer    agent; needs fields.
 * Threads  no shared state; callable from any thread.
 * Memory   never allocates: writes into the caller's buffer.
 * Source   InfluxDB 1.x documentation, "Line protocol reference".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/encode/fields.h"

/* Room for any point with all its fields, behind a head of LINE_HEAD_BYTES. */
#define LINE_HEAD_BYTES 8192
#define LINE_BYTES (2 * LINE_HEAD_BYTES + 16384)

/* A line under construction. */
struct line {
	char *text; /* no NUL at the end */
	size_t size;
	size_t used;
	bool full; /* something did not fit; from then on nothing is added */
};

void line_start(struct line *line, char *text, size_t size);

/*
 * line_measurement(line, name), line_tag(line, key, value):
 * The head of a line: the measurement first, then its tags.  Escaped; control bytes are dropped,
 * and so is a backslash at the end (it would escape what comes next); a tag whose key or value is
 * empty after that is left out.
 */
void line_measurement(struct line *line, const char *name);
void line_tag(struct line *line, const char *key, const char *value);

/*
 * line_point(line, head, point, longest):
 * Make ${line} one whole line with its newline: the ${head} (measurement and tags), every field of
 * ${point} that is known, every size bucket that is not empty, and the time in nanoseconds.
 * Integers carry an i, fractions a decimal point.  Where that is more than ${longest} bytes (0: any
 * length), make it several lines with the same head and time, which the database makes one point
 * of; none is longer, as long as the head and one field fit.  Return 0; -1 with errno ENOSPC when
 * it does not fit, EINVAL when no field is known.
 */
int line_point(struct line *line, const struct line *head, const struct point *point,
	       size_t longest);

/*
 * line_event(line, measurement, tags, event, text, time_ns):
 * Make ${line} one whole line of something that happened: the ${measurement}, the tags of the
 * head ${tags}, and the string fields event and text.  Return 0, or -1 with errno ENOSPC.
 */
int line_event(struct line *line, const char *measurement, const struct line *tags,
	       const char *event, const char *text, int64_t time_ns);

#endif
