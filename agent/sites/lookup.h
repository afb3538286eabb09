#ifndef MEMAGENT_LOOKUP_H
#define MEMAGENT_LOOKUP_H
/*
 * lookup: finds the names of many addresses of one object, step by step, in all files that may have
 * them.
 *
 * Layer    agent; needs symbols, perf_map and executable.
 * Threads  the sidecar.
 * Memory   the caller's; never allocates.  A file is open between lookup_step and lookup_pause
 * only.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "agent/sites/perf_map.h"
#include "agent/sites/symbols.h"

#define LOOKUP_BATCH 512
#define LOOKUP_NAME_BYTES 1536 /* longer ones are cut off */

enum lookup_source {
	LOOKUP_OWN_ALL, /* the object's own .symtab */
	LOOKUP_BY_ID,	/* the file of debug information for the build-id */
	LOOKUP_BESIDE,	/* that of .gnu_debuglink, beside the object */
	LOOKUP_BELOW,	/* in .debug there */
	LOOKUP_GLOBAL,	/* in the same directory below the root of debug information */
	LOOKUP_OWN_DYNAMIC,
	LOOKUP_PERF_MAP,
	LOOKUP_END
};

/* Where to look. */
struct lookup_place {
	const char *path;	 /* of the object; "" is the executable */
	const uint8_t *build_id; /* NULL for code without a file */
	size_t build_id_bytes;
	bool is_jit;		/* code without a file */
	const char *debug_root; /* /usr/lib/debug */
	const char *perf_maps;	/* /tmp */
	int64_t unchanged_s;	/* a file without a build-id must be older than this (wall clock) */
};

/* The identity of a file, to check that it is the same when it is opened again. */
struct lookup_identity {
	dev_t device;
	ino_t inode;
	off_t size;
	int64_t changed_ns;
};

struct lookup {
	struct lookup_place place;
	enum lookup_source source;
	size_t count; /* of addresses */
	bool is_open; /* the source has been opened before */
	bool is_scanned;
	size_t next; /* the address to name */
	uint64_t position, shift;
	struct symbols_table table;
	struct lookup_identity identity;
	int fd; /* or -1 */
	uint32_t tags[LOOKUP_BATCH];
	union {
		struct symbols_wanted symbols[LOOKUP_BATCH];
		struct perf_map_wanted lines[LOOKUP_BATCH];
	} wanted;
	char piece[SYMBOLS_PIECE];
};

/* Start with no address.  ${place} is copied; its texts must stay valid. */
void lookup_start(struct lookup *l, const struct lookup_place *place);

/*
 * lookup_add(l, address, tag):
 * Look for ${address} too; ${tag} is the caller's.  Return false if there are LOOKUP_BATCH already.
 */
bool lookup_add(struct lookup *l, uint64_t address, uint32_t tag);

enum lookup_answer { LOOKUP_WORKING, LOOKUP_NAMED, LOOKUP_DONE };

/*
 * lookup_step(l, name, tag):
 * Do about 0.1 ms of work.  LOOKUP_NAMED: ${name}, of LOOKUP_NAME_BYTES bytes, is the name of the
 * address with ${*tag}.  LOOKUP_DONE: the others have none.
 */
enum lookup_answer lookup_step(struct lookup *l, char *name, uint32_t *tag);

/* Close the file.  The next step opens it again. */
void lookup_pause(struct lookup *l);

#endif
