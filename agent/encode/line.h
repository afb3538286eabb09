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

/* Room for a point with all fields, or for a stack, after a head of LINE_HEAD_BYTES. */
#define LINE_HEAD_BYTES 8192
#define LINE_BYTES (2 * LINE_HEAD_BYTES + 36864)

/* A line under construction. */
struct line {
	char *text; /* no NUL at the end */
	size_t size;
	size_t used;
	bool full; /* something did not fit; nothing more is added */
};

void line_start(struct line *line, char *text, size_t size);

/*
 * line_measurement(line, name), line_tag(line, key, value):
 * Write the head of a line: the measurement first, then its tags.  Special characters are escaped.
 * Control characters are dropped, and so is a backslash at the end, which would escape the next
 * character.  A tag with an empty key or value is left out.
 */
void line_measurement(struct line *line, const char *name);
void line_tag(struct line *line, const char *key, const char *value);

/*
 * line_point(line, head, point, longest):
 * Write ${point} to ${line} as one line: ${head} (measurement and tags), all known fields, all size
 * buckets that are not empty, the time in nanoseconds, and a newline.  Integers end in i, fractions
 * have a decimal point.  If the line would exceed ${longest} bytes (0: no limit), write several
 * lines with the same head and time; the database joins them to one point.  A line exceeds
 * ${longest} only if the head and one field do.  Return 0; -1 with errno ENOSPC if ${line} is too
 * small, EINVAL if no field is known.
 */
int line_point(struct line *line, const struct line *head, const struct point *point,
	       size_t longest);

/*
 * line_record(line, head, record):
 * Write ${record} to ${line} as one line, with the tags of ${head} before its own.  Texts are
 * escaped, without control characters.  Return 0, or -1 with errno ENOSPC.
 */
int line_record(struct line *line, const struct line *head, const struct record *record);

#endif
