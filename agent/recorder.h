#ifndef MEMAGENT_RECORDER_H
#define MEMAGENT_RECORDER_H
/*
 * recorder: takes points and events, and keeps them until they are delivered.
 *
 * sampler, call_sites → encoder → backlog → delivery → transport
 *
 * Layer    agent; needs encode, measure, sites, deliver and guest.
 * Threads  the sidecar, except recorder_prepare.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "agent/encode/encoder.h"
#include "agent/deliver/backlog.h"
#include "agent/deliver/delivery.h"
#include "agent/deliver/destination.h"
#include "agent/deliver/spool.h"
#include "agent/measure/rss_growth.h"
#include "agent/measure/sampler.h"
#include "agent/measure/trim.h"
#include "agent/sites/call_sites.h"

struct options;

struct recorder {
	const struct options *options;
	const struct encoder *encoder;
	struct sampler sampler;
	struct trim trim;
	struct call_sites sites;
	struct rss_growth rss_growth;
	struct agent_health health;
	struct backlog backlog;
	int backlog_error; /* errno of a failed backlog_open, else 0 */
	struct spool spool;
	struct delivery delivery;
	struct destination destination;
	bool can_deliver;

	struct line head;
	struct line line;
	char head_text[LINE_HEAD_BYTES];
	char line_text[LINE_BYTES];
};

/*
 * recorder_prepare(r, options):
 * Allocate the backlog, before the program can use up the memory.  Called by the thread that starts
 * the sidecar, while it is muted.
 */
void recorder_prepare(struct recorder *r, const struct options *options);

/*
 * recorder_open_files(r, options):
 * Open the files that ${options} name, because the program may lose access to them.  The network
 * needs no privilege, and its libraries take long to load: recorder_connect does that later.
 */
void recorder_open_files(struct recorder *r, const struct options *options);

/*
 * recorder_open(r, pid):
 * After recorder_open_files: log invalid settings, recognize the allocator, and write the head of
 * the points of process ${pid}.
 */
void recorder_open(struct recorder *r, pid_t pid);

/* After recorder_open: connect, if files are not the destination, and open what points need. */
void recorder_connect(struct recorder *r);

/* Check whether all allocations are counted; log it if not.  ${is_early}: see coverage_is_whole. */
void recorder_check_coverage(struct recorder *r, bool is_early);

/* Add a point that was due at ${due_ns} (monotonic). */
void recorder_add_point(struct recorder *r, int64_t due_ns);

/* Add an event, which dashboards show as a mark. */
void recorder_add_event(struct recorder *r, const char *event, const char *text);

/* Once the server answers, add the points that earlier processes have spooled. */
void recorder_load_spool(struct recorder *r);

/*
 * recorder_finish(r, event, deadline_ns):
 * Add the event and a last point, and deliver everything by ${deadline_ns} (monotonic).  Spool the
 * rest, or log that it is lost.
 */
void recorder_finish(struct recorder *r, const char *event, int64_t deadline_ns);

#endif
