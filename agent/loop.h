#ifndef MEMAGENT_LOOP_H
#define MEMAGENT_LOOP_H
/*
 * loop: the sidecar's main loop.  It takes points when they are due, delivers them, trims, sleeps,
 * and takes a last point at the end.
 *
 * Layer    agent; needs everything in agent/ except sidecar.h.
 * Threads  loop_work is the sidecar's; struct loop_task is written by the program's threads.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct options;

enum loop_request { LOOP_RUN, LOOP_STOP };

struct loop_task {
	const struct options *options;
	pid_t pid;	     /* the process that this sidecar belongs to; 0: no sidecar */
	bool is_forked;	     /* started in the child of a fork */
	uid_t user;	     /* effective user at the start */
	bool is_retired;     /* the sidecar has left for good; see sidecar_retire */
	int64_t started_ns;  /* monotonic */
	int64_t deadline_ns; /* monotonic: end of the last delivery; set before LOOP_STOP */
	uint32_t request;    /* enum loop_request; a futex */
	bool opens_first;    /* the program waits until the files are open */
	uint32_t has_opened; /* the files are open, or never will be; a futex */
};

/* Why the loop ended. */
enum loop_end {
	LOOP_ASKED,	      /* task->request is LOOP_STOP */
	LOOP_MORE_PRIVILEGES, /* the sidecar has more privileges than the program */
	LOOP_OTHER_NAMESPACE, /* the program has another root or other namespaces */
	LOOP_ALONE,	      /* no thread of the program is left */
	LOOP_UNABLE,	      /* the loop could not start */
};

/*
 * loop_prepare(options):
 * Allocate the backlog, before the program can use up the memory, and read the environment.  Called
 * by the thread that starts the sidecar, while it is muted.
 */
void loop_prepare(const struct options *options);

/*
 * loop_must_open_first(options, is_forked):
 * Return whether ${options} name files that the program may later lose access to.  The sidecar must
 * then open them before the program runs on.
 */
bool loop_must_open_first(const struct options *options, bool is_forked);

/*
 * loop_child_is_short_lived(task):
 * Return whether this is a forked child younger than MEMAGENT_MIN_UPTIME with a network
 * destination. Any thread.
 */
bool loop_child_is_short_lived(const struct loop_task *task);

/*
 * loop_open_first(task):
 * Open the files that the program may lose access to; loop_work uses them.
 */
void loop_open_first(struct loop_task *task);

/*
 * loop_delay(task):
 * Wait a moment in a forked child: most call exec or exit at once.
 */
void loop_delay(struct loop_task *task);

/*
 * loop_work(task, exit_status):
 * Run until ${task} says LOOP_STOP or the loop must end for another reason; return the reason. With
 * LOOP_ALONE, the process must end with ${exit_status}.
 */
enum loop_end loop_work(struct loop_task *task, int *exit_status);

#endif
