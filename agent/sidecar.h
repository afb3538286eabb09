#ifndef MEMAGENT_SIDECAR_H
#define MEMAGENT_SIDECAR_H
/*
 * sidecar: the agent's thread.
 *
 * Layer    agent; needs everything in agent/.
 * Threads  called by the program's threads, one at a time.
 */
#include <stdbool.h>

struct options;

/*
 * sidecar_start(options):
 * Start the thread for this process, also in a forked child.  ${options} stays the caller's. Return
 * 0 or an errno; EBUSY when a forked child has a copy of half-loaded libraries.
 */
int sidecar_start(const struct options *options);

/*
 * sidecar_stop():
 * Have the sidecar take and deliver its last point.  Wait for that, options->exit_timeout at most.
 * Without a sidecar, do nothing.  Safe in a signal handler.
 */
void sidecar_stop(void);

/* Return whether this process has a sidecar. */
bool sidecar_is_here(void);

/*
 * Return whether the sidecar has stopped or was never started, so that it holds no lock.  False in
 * a copy made by a bare clone.
 */
bool sidecar_is_over(void);

/* Note that this process is a copy of one with a sidecar, but has none itself. */
void sidecar_forget(void);

/*
 * sidecar_retire():
 * Call before the process does something that the sidecar must not take part in.  Do the same as
 * sidecar_stop, and then end the thread.  This process and its children start no sidecar again, and
 * none of these functions makes a system call any more.  Return whether there was a sidecar.  Do
 * nothing in a vfork child, which shares its parent's memory.
 */
bool sidecar_retire(void);

/*
 * sidecar_main_exits():
 * The main thread is about to leave by pthread_exit; the process ends with its last thread.
 */
void sidecar_main_exits(void);

/*
 * sidecar_hold(), sidecar_release():
 * Between the two calls the sidecar holds no lock of libc or of a library, so that the process can
 * be forked.  sidecar_hold waits a short time for that and returns whether it succeeded.
 */
bool sidecar_hold(void);
void sidecar_release(void);

#endif
