#ifndef MEMAGENT_MAIN_EXIT_H
#define MEMAGENT_MAIN_EXIT_H
/*
 * main_exit: lets a process end whose main thread leaves by pthread_exit.
 *
 * Such a process ends with its last thread: libc counts them, and the last one calls exit.  The
 * sidecar is one of those that it counts, and cannot take the last one's part, because exit flushes
 * files and it has no descriptors of the program's.  So when the main thread leaves, another thread
 * takes its place, with the program's descriptors: it does nothing but call exit when the sidecar
 * finds that only the agent is left.  A sidecar that ends earlier leaves it to libc, whose count is
 * then right again: the stand-in ends after it, so that it is not the sidecar that comes last.
 *
 * Layer    agent; needs futex, the shim.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Threads left when none is the program's: the main thread's remains, the stand-in, the sidecar. */
#define MAIN_EXIT_THREADS 3

/* How long the process may outlive its last thread. */
#define MAIN_EXIT_POLL_NS INT64_C(20000000)

/* Start the stand-in, unless there is one: the main thread is about to leave.  Muted. */
void main_exit_start(void);

/* Return whether there is a stand-in.  The sidecar. */
bool main_exit_is_pending(void);

/* Have the stand-in call exit.  The sidecar. */
void main_exit_finish(void);

/*
 * main_exit_join(sidecar):
 * The sidecar is about to end, or has: have the stand-in join it and end too.  Nothing to do
 * without one.
 */
void main_exit_join(pthread_t sidecar);

/*
 * main_exit_close(sidecar, until_ns):
 * The sidecar ends for good: no stand-in is started any more.  If there is one, have it join the
 * sidecar and wait for it, and so for both, until ${until_ns} of the monotonic clock at most.
 * Return false when there is none: then the sidecar is the caller's to join.
 */
bool main_exit_close(pthread_t sidecar, int64_t until_ns);

/* In the child of a fork: there is no stand-in. */
void main_exit_reset(void);

#endif
