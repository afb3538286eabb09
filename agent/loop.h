#ifndef MEMAGENT_LOOP_H
#define MEMAGENT_LOOP_H
/*
 * loop: what the sidecar does: take a point when it is due, deliver, trim, rest; and a last point
 * at the end.
 *
 * Layer    agent; needs all of it but sidecar.h.
 * Threads  loop_work is the sidecar's; struct loop_task is written by the program's threads.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct options;

enum loop_wish { LOOP_RUN, LOOP_STOP };

struct loop_task {
	const struct options *options;
	pid_t pid;	     /* whose sidecar this is; 0 when there is none */
	bool is_forked;	     /* started in the child of a fork */
	uid_t user;	     /* when it was started */
	bool is_retired;     /* with seccomp, or in a namespace: no sidecar any more */
	int64_t started_ns;  /* monotonic */
	int64_t deadline_ns; /* monotonic: when the last delivery must be over; before LOOP_STOP */
	uint32_t wish;	     /* enum loop_wish; a futex */
	bool opens_first;    /* what the program may lose the right to, before it goes on */
	uint32_t has_opened; /* that, or never will; a futex */
};

/* Why it ran no longer: it was asked to stop, it may more than the program, it is not where the
 * program is, there is no program; or it could not begin.
 */
enum loop_end { LOOP_ASKED, LOOP_MORE_RIGHTS, LOOP_OTHER_NAMESPACE, LOOP_ALONE, LOOP_UNABLE };

/*
 * loop_prepare(options):
 * What the thread that starts the sidecar does for it, muted: have the memory for the points that
 * wait, before the program takes all that there is; look into the environment.
 */
void loop_prepare(const struct options *options);

/*
 * loop_must_open_first(options, is_forked):
 * Return whether the program may lose the right to files that ${options} name, so that they have to
 * be opened before it goes on.
 */
bool loop_must_open_first(const struct options *options, bool is_forked);

/*
 * loop_child_is_short_lived(task):
 * Return whether this is a fork's child that is not worth a trip over the network, if it ends now.
 * Any thread.
 */
bool loop_child_is_short_lived(const struct loop_task *task);

/*
 * loop_open_first(task):
 * Open what the program may lose the right to; loop_work goes on with it.
 */
void loop_open_first(struct loop_task *task);

/*
 * loop_delay(task):
 * In the child of a fork: most become another program at once, or end.  Wait for that, a moment.
 */
void loop_delay(struct loop_task *task);

/*
 * loop_work(task, exit_status):
 * Run until ${task} says LOOP_STOP or there is another reason to end, and return it.  With
 * LOOP_ALONE, ${exit_status} is what the process is to end with.
 */
enum loop_end loop_work(struct loop_task *task, int *exit_status);

#endif
