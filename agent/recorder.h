#ifndef MEMAGENT_RECORDER_H
#define MEMAGENT_RECORDER_H
/*
 * recorder: takes points and events, and keeps them until they are delivered.
 *
 * sampler → encoder → backlog → delivery → transport
 *
 * Layer    agent; needs encode, measure, deliver and guest.
 * Threads  the sidecar, but for recorder_prepare.
 */
#include <stdbool.h>
#include <stdint.h>

#include "agent/encode/encoder.h"
#include "agent/deliver/backlog.h"
#include "agent/deliver/delivery.h"
#include "agent/deliver/destination.h"
#include "agent/deliver/spool.h"
#include "agent/measure/sampler.h"
#include "agent/measure/trim.h"

struct loop_task;
struct options;

struct recorder {
	const struct options *options;
	const struct encoder *encoder;
	struct sampler sampler;
	struct trim trim;
	struct agent_health health;
	struct backlog backlog;
	int backlog_error; /* errno, where there was no memory for it */
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
 * Get the memory for waiting points, before the program takes all that there is.  For the thread
 * that starts the sidecar, muted.
 */
void recorder_prepare(struct recorder *r, const struct options *options);

/*
 * recorder_open_files(r, options):
 * Open the files that ${options} name: those that the program may lose the right to.  The network
 * needs no right, and its libraries take long to load.
 */
void recorder_open_files(struct recorder *r, const struct options *options);

/* Open the rest, after recorder_open_files.  Log what is invalid or cannot be had. */
void recorder_open(struct recorder *r, const struct loop_task *task);

/* Look whether all allocations are counted, and log it if not; early: coverage_is_whole. */
void recorder_check_coverage(struct recorder *r, bool is_early);

/* Add a point that was due at ${due_ns} (monotonic). */
void recorder_add_point(struct recorder *r, int64_t due_ns);

/* Add an event, which dashboards mark, whatever the schema of the points. */
void recorder_add_event(struct recorder *r, const char *event, const char *text);

/* Add what earlier processes have left in the spool, once the server answers. */
void recorder_load_spool(struct recorder *r);

/*
 * recorder_finish(r, event, deadline_ns):
 * Add the event and a last point, and deliver everything by ${deadline_ns} (monotonic).  Spool what
 * is left, or log that it is lost.
 */
void recorder_finish(struct recorder *r, const char *event, int64_t deadline_ns);

#endif
