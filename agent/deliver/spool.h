#ifndef MEMAGENT_SPOOL_H
#define MEMAGENT_SPOOL_H
/*
 * spool: keeps what could not be delivered by the end, in files, for the next process that has the
 * same destination.
 *
 * A file holds whole lines of line protocol.  It gets its name when it is complete, so that nobody
 * sees half of one; who delivers it holds a lock on it, and removes it when all of it is delivered.
 * When the deliverer dies, the lock goes with it and another sends all of it again: the points keep
 * their times, so that they are stored once.
 *
 * Layer    agent; needs backlog, dir, options, log.
 * Threads  the sidecar; any number of processes share the directory.
 */
#include <stdint.h>

struct backlog;
struct options;

struct spool {
	int dir_fd;	 /* or -1 */
	char prefix[40]; /* of the names of this destination's files */

	int file_fd;	/* that is being delivered, or -1 */
	char name[96];	/* its name */
	int64_t offset; /* what has been read of it */
	int64_t size;
	uint64_t end;	  /* number behind its last point in the backlog */
	uint64_t dropped; /* by the backlog, before its first point */
	int64_t look_ns;  /* monotonic: when to look for the next file */
};

/* Open the directory options->spool.  Never fails: without it there is nothing to deliver. */
void spool_open(struct spool *spool, const struct options *options);

/*
 * spool_load(spool, backlog):
 * Bring in lines from files as long as the backlog has room for them, and remove a file whose
 * points are all delivered.  One of which the backlog may have dropped some is read again.
 */
void spool_load(struct spool *spool, struct backlog *backlog);

/*
 * spool_save(spool, backlog):
 * Write all of the backlog to a new file.  Return 0; -1 when it cannot, and then it has been logged
 * why.
 */
int spool_save(struct spool *spool, const struct backlog *backlog);

#endif
