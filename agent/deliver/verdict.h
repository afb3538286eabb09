#ifndef MEMAGENT_VERDICT_H
#define MEMAGENT_VERDICT_H
/*
 * verdict: decides from an answer what happens to the points that were sent.
 *
 * Layer    agent; needs transport.h.  Pure.
 * Source   InfluxDB 1.x "API reference", /write.  docs/ARCHITECTURE.md has the table.
 */
#include "agent/deliver/transport.h"

enum verdict {
	VERDICT_DELIVERED,
	VERDICT_RETRY,	/* keep them and retry with back-off */
	VERDICT_DROP,	/* the server will never accept them */
	VERDICT_SPLIT,	/* the batch is too large: send fewer */
	VERDICT_CREATE, /* the database is missing: create it, then retry */
};

/* Return the verdict on the answer to a TRANSPORT_WRITE. */
enum verdict verdict_of_write(const struct transport_answer *answer);

/* Return whether a TRANSPORT_CREATE succeeded: even with status 200 the body may have an error. */
bool verdict_created(const struct transport_answer *answer);

#endif
