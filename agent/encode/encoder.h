#ifndef MEMAGENT_ENCODER_H
#define MEMAGENT_ENCODER_H
/*
 * encoder: the interface of an output format.  A new format is a file that defines one of these.
 *
 * Its output must be whole lines, because the backlog and the transports work with lines.
 *
 * Layer    agent; needs fields, line.
 */
#include <stddef.h>
#include <stdint.h>

#include "agent/encode/fields.h"
#include "agent/encode/line.h"

struct encoder {
	/* Write the head, which all points share: the measurement first, then each tag. */
	void (*measurement)(struct line *head, const char *name);
	void (*tag)(struct line *head, const char *key, const char *value);

	/* Write a point in lines of at most ${longest} bytes; 0: no limit.  See line_point. */
	int (*point)(struct line *line, const struct line *head, const struct point *point,
		     size_t longest);

	/* Write a record with the tags of ${head}.  See line_record. */
	int (*record)(struct line *line, const struct line *head, const struct record *record);
};

/* InfluxDB's line protocol. */
extern const struct encoder encoder_line_protocol;

#endif
