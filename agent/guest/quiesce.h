#ifndef MEMAGENT_QUIESCE_H
#define MEMAGENT_QUIESCE_H
/*
 * quiesce: keeps the sidecar at rest during a fork.  While it rests, it holds no lock of libc or of
 * a library.
 *
 * Layer    agent; needs clock, futex.
 * Threads  the sidecar says when it rests; the program's threads keep it there during a fork.
 */
#include <stdbool.h>

/* quiesce_enter(), quiesce_leave(): the sidecar rests between them; call them around each wait. */
void quiesce_enter(void);
void quiesce_leave(void);

/*
 * quiesce_hold(), quiesce_release():
 * A thread of the program calls these; between them the sidecar rests.  quiesce_hold waits for that
 * 100 ms at most, or 5 s while the sidecar loads libraries.  It returns whether the sidecar rests.
 */
bool quiesce_hold(void);
void quiesce_release(void);

/*
 * quiesce_set_loading(loads), quiesce_is_loading():
 * The sidecar sets this while it loads libraries.  A process that is forked meanwhile must not use
 * the dynamic linker, which would crash on the half-loaded libraries.
 */
void quiesce_set_loading(bool loads);
bool quiesce_is_loading(void);

/* quiesce_reset(): start anew in a process that has no sidecar yet. */
void quiesce_reset(void);

#endif
