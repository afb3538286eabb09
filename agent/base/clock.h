#ifndef MEMAGENT_CLOCK_H
#define MEMAGENT_CLOCK_H
/*
 * clock: the clocks that the agent uses, in nanoseconds.  They show the true time also where
 * libfaketime changes the program's clock.
 *
 * Layer    agent; needs object.
 * Threads  any; do not make the first call in a signal handler.
 * Memory   never allocates.
 * Source   clock_gettime(2).
 */
#include <stdint.h>

#define CLOCK_MS INT64_C(1000000)
#define CLOCK_S INT64_C(1000000000)

/* Since an arbitrary moment, not counting suspends of the machine.  Never decreases. */
int64_t clock_mono_ns(void);

/* Since 1970.  May jump. */
int64_t clock_wall_ns(void);

/* CPU time of the calling thread. */
int64_t clock_thread_cpu_ns(void);

#endif
