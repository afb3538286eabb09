#ifndef MEMAGENT_MAIN_EXIT_H
#define MEMAGENT_MAIN_EXIT_H
/*
 * main_exit: ends a process whose main thread leaves by pthread_exit.
 *
 * In such a process the last thread calls exit.  libc counts the sidecar as a thread, but the
 * sidecar must not call exit: exit flushes files, and it lacks the program's descriptors.  So when
 * the main thread leaves, the exit thread is started, which has them.  It calls exit when the
 * sidecar finds that no thread of the program is left.  If the sidecar ends earlier, the exit
 * thread ends after it and leaves the rest to libc.
 *
 * Layer    agent; needs futex, the shim.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Threads left after the program's: the main thread as a zombie, the exit thread, the sidecar. */
#define MAIN_EXIT_THREADS 3

/* How often the sidecar looks for the end of the program's last thread. */
#define MAIN_EXIT_POLL_NS INT64_C(20000000)

/* Start the exit thread, once: the main thread is about to leave.  Called muted. */
void main_exit_start(void);

/* Return whether the exit thread waits.  Called by the sidecar. */
bool main_exit_is_pending(void);

/* Have the exit thread call exit.  Called by the sidecar. */
void main_exit_finish(void);

/*
 * main_exit_join(sidecar):
 * The sidecar is about to end, or has ended: have the exit thread join it and end too.  Without an
 * exit thread, do nothing.
 */
void main_exit_join(pthread_t sidecar);

/*
 * main_exit_close(sidecar, until_ns):
 * The sidecar ends for good, so start no exit thread from now on.  If there is one, have it join
 * the sidecar, and wait for both until ${until_ns} (monotonic) at most.  Return false when there is
 * none: then the caller must join the sidecar.
 */
bool main_exit_close(pthread_t sidecar, int64_t until_ns);

/* Start anew in a forked child, which has no exit thread. */
void main_exit_reset(void);

#endif
