#ifndef MEMAGENT_BACKLOG_H
#define MEMAGENT_BACKLOG_H
/*
 * backlog: the points that wait for delivery, oldest first.
 *
 * Bounded: when a new point does not fit, the oldest go.  Points are numbered from 0 as they come
 * in, so that whoever sent some can say later which ones are done, whatever went in the meantime.
 *
 * Layer    agent, leaf.
 * Threads  the sidecar.
 * Memory   one mapping; what is not in use is given back to the kernel when the backlog is empty.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backlog {
	char *ring;
	size_t size;
	size_t head;	   /* where the oldest byte is */
	size_t used;	   /* bytes */
	size_t peak;	   /* the most bytes used since it was last empty */
	uint64_t first;	   /* number of the oldest point */
	uint64_t next;	   /* number that the next point gets */
	uint64_t dropped;  /* points that went because there was no room */
	uint64_t too_long; /* points that were never taken */
	size_t longest;	   /* bytes that a line may have; 0: any */
};

/* Return 0, or -1 with errno from mmap(2). ${size} in bytes. */
int backlog_open(struct backlog *b, size_t size);

/* Forget all points, and what was counted of them. */
void backlog_reset(struct backlog *b);

/*
 * backlog_add(b, line, len):
 * Add a line of ${len} bytes, its newline included.  Return false when it is longer than one may
 * be, and not taken.
 */
bool backlog_add(struct backlog *b, const char *line, size_t len);

/*
 * backlog_copy(b, out, size, points, len):
 * Copy whole lines, oldest first, into ${out}: at most ${size} bytes and at most ${*points} points.
 * Set ${*points} and ${*len} to what it was; both are 0 when there are none, or when the oldest
 * alone does not fit.  The points stay until backlog_done.
 */
void backlog_copy(const struct backlog *b, char *out, size_t size, uint64_t *points, size_t *len);

/* Remove all points with a number below ${end}. */
void backlog_done(struct backlog *b, uint64_t end);

/* Return the number of points that wait. */
uint64_t backlog_points(const struct backlog *b);

#endif
