#ifndef MEMAGENT_ENCODER_H
#define MEMAGENT_ENCODER_H
/*
 * encoder: a format that points are written in.  Another format is one file that defines one.
 *
 * All of its text is lines, because the backlog and the transports keep and send whole lines.
 *
 * Layer    agent; needs fields, line.
 */
#include <stddef.h>
#include <stdint.h>

#include "agent/encode/fields.h"
#include "agent/encode/line.h"

struct encoder {
	/* The head that all points share: first the measurement, then each tag. */
	void (*measurement)(struct line *head, const char *name);
	void (*tag)(struct line *head, const char *key, const char *value);

	/* A point, in lines of at most ${longest} bytes; 0 is any length.  As line_point. */
	int (*point)(struct line *line, const struct line *head, const struct point *point,
		     size_t longest);

	/* Something that happened, with the tags of ${head}.  As line_event. */
	int (*event)(struct line *line, const char *measurement, const struct line *head,
		     const char *event, const char *text, int64_t time_ns);
};

/* InfluxDB's line protocol. */
extern const struct encoder encoder_line_protocol;

#endif
