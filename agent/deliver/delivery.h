#ifndef MEMAGENT_DELIVERY_H
#define MEMAGENT_DELIVERY_H
/*
 * delivery: sends the backlog through a transport.  A point stays in the backlog until the server
 * has stored it or refused it for good.
 *
 * Layer    agent; needs backlog, transport, verdict, clock, log.
 * Threads  the sidecar.
 * Memory   never allocates.
 */
#include <stdbool.h>
#include <stdint.h>

#include "agent/deliver/backlog.h"
#include "agent/deliver/transport.h"

#define DELIVERY_BATCH_BYTES 65536

enum delivery_phase { DELIVERY_IDLE, DELIVERY_WRITING, DELIVERY_CREATING };

struct delivery {
	const struct transport *transport;
	void *handle;
	struct backlog *backlog;

	enum delivery_phase phase;
	uint64_t batch_end;    /* number of the last point in the batch, plus 1 */
	uint64_t batch_points; /* points in the batch being sent */
	uint64_t most_points;  /* limit for a batch; lowered after a 413 */
	bool created;	       /* CREATE DATABASE was sent since the last success */
	bool ending;	       /* delivery_finish has begun */
	unsigned failures;     /* consecutive failed requests */
	bool unanswered;       /* the last failure was a failed connection */
	int64_t not_before_ns; /* monotonic; earliest time of the next request */
	int64_t began_ns;      /* monotonic; start of the current request */

	int64_t send_ns;  /* duration of the last request; -1 before the first */
	uint64_t errors;  /* failed requests */
	uint64_t refused; /* points that the server refused for good */

	char reason[384]; /* of the last failure */

	char batch[DELIVERY_BATCH_BYTES];
};

/*
 * delivery_init(d, transport, handle, backlog):
 * Send ${backlog} through ${handle}, an open handle of ${transport}.  This sends nothing yet, but
 * makes the backlog refuse lines that are too long for the transport.
 */
void delivery_init(struct delivery *d, const struct transport *transport, void *handle,
		   struct backlog *backlog);

/* Start no request before ${time_ns} (monotonic); delivery_finish ignores this. */
void delivery_not_before(struct delivery *d, int64_t time_ns);

/* Return whether a request is in progress. */
bool delivery_is_busy(const struct delivery *d);

/* Return the earliest monotonic time of the next request; INT64_MAX if there are no points. */
int64_t delivery_due_ns(const struct delivery *d);

/*
 * delivery_step(d, wait_ns):
 * Start a request if one is due, and continue the current one for at most ${wait_ns}.
 */
void delivery_step(struct delivery *d, int64_t wait_ns);

/*
 * delivery_finish(d, deadline_ns):
 * Deliver all points, until a request fails or until ${deadline_ns} (monotonic).  If the first
 * failure is a failed connection, retry once.  Return whether all points are delivered; if not,
 * d->reason says why.
 */
bool delivery_finish(struct delivery *d, int64_t deadline_ns);

/* Return the number of points dropped so far, for any reason. */
uint64_t delivery_dropped(const struct delivery *d);

#endif
