#ifndef MEMAGENT_CLOCK_H
#define MEMAGENT_CLOCK_H
/*
 * clock: the times that the agent goes by, in nanoseconds.  They are the true ones in a program
 * whose clock somebody has changed (libfaketime).
 *
 * Layer    agent; needs object.
 * Threads  any; the first call is not for a signal handler.
 * Memory   never allocates.
 * Source   clock_gettime(2).
 */
#include <stdint.h>

#define CLOCK_MS INT64_C(1000000)
#define CLOCK_S INT64_C(1000000000)

/* Since an arbitrary moment, without the time that the machine was suspended; never goes back. */
int64_t clock_mono_ns(void);

/* Since 1970; may jump. */
int64_t clock_wall_ns(void);

/* Processor time of the calling thread. */
int64_t clock_thread_cpu_ns(void);

#endif
