#ifndef MEMAGENT_SPOOL_H
#define MEMAGENT_SPOOL_H
/*
 * spool: writes points that are undelivered at exit to a file.  The next process with the same
 * destination delivers it.
 *
 * A file contains whole lines of line protocol.  It is renamed when it is complete, so no process
 * reads a partial one.  The process that delivers a file locks it, and removes it when all points
 * are delivered.  If that process dies, another one sends the whole file again; the database stores
 * each point once, because its time is the same.
 *
 * Layer    agent; needs backlog, dir, options, log.
 * Threads  the sidecar; any number of processes share the directory.
 */
#include <stdint.h>

struct backlog;
struct options;

struct spool {
	int dir_fd;	 /* or -1 */
	char prefix[40]; /* of the file names of this destination */

	int file_fd;	/* the file being delivered, or -1 */
	char name[96];	/* its name */
	int64_t offset; /* bytes of it that are in the backlog or delivered */
	int64_t size;
	uint64_t end;	  /* number of its last point in the backlog, plus 1 */
	uint64_t dropped; /* backlog->dropped before its first point */
	int64_t look_ns;  /* monotonic; earliest time to look for a file */
};

/* Open the directory options->spool.  A failure is logged; then spool_load does nothing. */
void spool_open(struct spool *spool, const struct options *options);

/*
 * spool_load(spool, backlog):
 * Add lines from files to the backlog while it has room.  Remove a file when all its points are
 * delivered.  If the backlog may have dropped some of them, read the file again.
 */
void spool_load(struct spool *spool, struct backlog *backlog);

/*
 * spool_save(spool, backlog):
 * Write the whole backlog to a new file.  Return 0; -1 on failure, which is logged.
 */
int spool_save(struct spool *spool, const struct backlog *backlog);

#endif
