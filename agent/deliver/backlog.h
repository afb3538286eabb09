#ifndef MEMAGENT_BACKLOG_H
#define MEMAGENT_BACKLOG_H
/*
 * backlog: a bounded queue of points that wait for delivery.
 *
 * When a new point does not fit, the oldest are dropped.  Points are numbered from 0 in the order
 * they are added.  After a request, the numbers tell which points were sent, even if some of them
 * have been dropped meanwhile.
 *
 * Layer    agent, leaf.
 * Threads  the sidecar.
 * Memory   one mapping; its pages are returned to the kernel when the backlog becomes empty.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backlog {
	char *ring;
	size_t size;
	size_t head;	   /* offset of the oldest byte */
	size_t used;	   /* bytes */
	size_t peak;	   /* most bytes used since it was last empty */
	uint64_t first;	   /* number of the oldest point */
	uint64_t next;	   /* number of the next point to be added */
	uint64_t dropped;  /* points dropped for lack of room */
	uint64_t too_long; /* points refused because they were too long */
	size_t longest;	   /* bytes that a line may have; 0: no limit */
};

/* Allocate ${size} bytes.  Return 0, or -1 with errno from mmap(2). */
int backlog_open(struct backlog *b, size_t size);

/* Remove all points and set the counts to 0. */
void backlog_reset(struct backlog *b);

/*
 * backlog_add(b, line, len):
 * Add a line of ${len} bytes, including its newline.  Return false if it is too long; then it is
 * not added.
 */
bool backlog_add(struct backlog *b, const char *line, size_t len);

/*
 * backlog_copy(b, out, size, points, len):
 * Copy whole lines, oldest first, to ${out}: at most ${size} bytes and at most ${*points} points.
 * Set ${*points} and ${*len} to the number of points and bytes copied; both are 0 if the backlog is
 * empty or the oldest line does not fit.  The points stay in the backlog until backlog_done.
 */
void backlog_copy(const struct backlog *b, char *out, size_t size, uint64_t *points, size_t *len);

/* Remove all points whose number is below ${end}. */
void backlog_done(struct backlog *b, uint64_t end);

/* Return the number of points in the backlog. */
uint64_t backlog_points(const struct backlog *b);

#endif
