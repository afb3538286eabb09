#ifndef MEMAGENT_DELIVERY_H
#define MEMAGENT_DELIVERY_H
/*
 * delivery: gets the backlog out through a transport, and never lets go of a point before it is
 * delivered, or known to be undeliverable.
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
	uint64_t batch_end;    /* number behind the last point under way */
	uint64_t batch_points; /* points under way */
	uint64_t most_points;  /* in one batch; less after a 413 */
	bool created;	       /* the database was, since the last delivery */
	bool ending;	       /* delivery_finish has begun */
	unsigned failures;     /* in a row */
	bool unanswered;       /* the last of them: the connection failed */
	int64_t not_before_ns; /* monotonic: no request until then */
	int64_t began_ns;      /* monotonic: the request under way */

	int64_t send_ns;  /* from request to answer, the last time; -1 at first */
	uint64_t errors;  /* requests that failed */
	uint64_t refused; /* points that the server will never take */

	char reason[384]; /* why the last request failed */

	char batch[DELIVERY_BATCH_BYTES];
};

/*
 * delivery_init(d, transport, handle, backlog):
 * ${handle} is an open handle of ${transport}.  Nothing is sent yet; from now on the backlog takes
 * no line that is too long for the transport.
 */
void delivery_init(struct delivery *d, const struct transport *transport, void *handle,
		   struct backlog *backlog);

/* Start no request before ${time_ns} (monotonic); delivery_finish does not heed it. */
void delivery_not_before(struct delivery *d, int64_t time_ns);

/* Return whether a request is under way. */
bool delivery_is_busy(const struct delivery *d);

/* Return the monotonic time before which there is nothing to do; INT64_MAX when there are no
 * points. */
int64_t delivery_due_ns(const struct delivery *d);

/*
 * delivery_step(d, wait_ns):
 * Start a request if one is due, and go on with the one under way for ${wait_ns} at most.
 */
void delivery_step(struct delivery *d, int64_t wait_ns);

/*
 * delivery_finish(d, deadline_ns):
 * Deliver all there is, until the first request that fails or until ${deadline_ns} (monotonic).  A
 * first one without an answer is sent once more.  Return whether all is delivered; if not,
 * d->reason tells why.
 */
bool delivery_finish(struct delivery *d, int64_t deadline_ns);

/* Return the points given up so far, for whatever reason. */
uint64_t delivery_dropped(const struct delivery *d);

#endif
