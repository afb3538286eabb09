#ifndef MEMAGENT_QUIESCE_H
#define MEMAGENT_QUIESCE_H
/*
 * quiesce: the moments in which the sidecar holds no lock of libc or of a library, so that the
 * process can be forked.
 *
 * Layer    agent; needs clock.h.
 * Threads  the sidecar says when it rests, the program's threads have it go on resting.
 */
#include <stdbool.h>

/* quiesce_enter(), quiesce_leave(): for the sidecar, around everything that it may wait for. */
void quiesce_enter(void);
void quiesce_leave(void);

/*
 * quiesce_hold(briefly), quiesce_release():
 * For a thread of the program: between the two the sidecar rests.  quiesce_hold waits for that, but
 * no longer than 100 ms; while libraries are loaded, 5 s; and ${briefly}, 0.2 ms.  It returns
 * whether the sidecar rests.
 */
bool quiesce_hold(bool briefly);
void quiesce_release(void);

/*
 * quiesce_set_loading(loads), quiesce_is_loading():
 * For the sidecar, around the loading of libraries.  A copy of a process that is at it must not use
 * the dynamic linker, which finds them half-done there and crashes.
 */
void quiesce_set_loading(bool loads);
bool quiesce_is_loading(void);

/* quiesce_reset(): in a process that has no sidecar yet, whatever its parent's was doing. */
void quiesce_reset(void);

#endif
