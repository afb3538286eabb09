#ifndef MEMAGENT_SIDECAR_H
#define MEMAGENT_SIDECAR_H
/*
 * sidecar: the agent's thread.
 *
 * Layer    agent; needs all of it.
 * Threads  these functions are for the program's threads; one at a time.
 */
#include <stdbool.h>

struct options;

/*
 * sidecar_start(options):
 * Start the thread for this process.  ${options} stays the caller's.  Return 0 or an errno.  In the
 * child of a fork call it anew; EBUSY when that has a copy of half-loaded libraries.
 */
int sidecar_start(const struct options *options);

/*
 * sidecar_stop():
 * Have the sidecar take its last point and deliver it, and wait until that is done, for
 * options->exit_timeout at most.  Nothing to do when this process has no sidecar.  Safe in a signal
 * handler.
 */
void sidecar_stop(void);

/* Return whether this process has a sidecar. */
bool sidecar_is_here(void);

/*
 * Return whether no sidecar is at work here, with whatever locks it holds: it has stopped, or there
 * never was one.  Not in a process that was cloned behind our back.
 */
bool sidecar_is_over(void);

/* This process is a copy of one that has a sidecar, and has none itself. */
void sidecar_forget(void);

/*
 * sidecar_retire():
 * The process is about to do what the sidecar must not be there for: the same as sidecar_stop, and
 * then the sidecar ends, for good, in children too.  From then on none of these functions makes a
 * system call.  Return whether there was one.  Nothing to do in a child of vfork, whose memory is
 * its parent's.
 */
bool sidecar_retire(void);

/*
 * sidecar_main_exits():
 * The main thread is about to leave by pthread_exit; the process ends with its last thread.
 */
void sidecar_main_exits(void);

/*
 * sidecar_hold(briefly), sidecar_release():
 * Between the two the sidecar is at rest: it holds no lock of libc or of a library, so that the
 * process can be forked.  sidecar_hold waits for that, but not for long, and returns whether it is
 * so.
 */
bool sidecar_hold(bool briefly);
void sidecar_release(void);

#endif
