#ifndef MEMAGENT_VERDICT_H
#define MEMAGENT_VERDICT_H
/*
 * verdict: what an answer means for the points that were sent.
 *
 * Layer    agent; needs transport.h for the answer.  Pure.
 * Source   InfluxDB 1.x "API reference", /write; the table stands in docs/ARCHITECTURE.md.
 */
#include "agent/deliver/transport.h"

enum verdict {
	VERDICT_DELIVERED,
	VERDICT_RETRY,	/* keep them and try again, later each time */
	VERDICT_DROP,	/* the server will never take them */
	VERDICT_SPLIT,	/* too many at once: send fewer */
	VERDICT_CREATE, /* the database is missing: create it, then try again */
};

/* The verdict on a TRANSPORT_WRITE. */
enum verdict verdict_of_write(const struct transport_answer *answer);

/* Return whether a TRANSPORT_CREATE succeeded: a status of 200 may still carry an error. */
bool verdict_created(const struct transport_answer *answer);

#endif
