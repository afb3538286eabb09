#ifndef MEMAGENT_REST_H
#define MEMAGENT_REST_H
/*
 * rest: the moments in which the sidecar holds no lock of libc or of a library, so that the process
 * can be forked.
 *
 * Layer    agent; needs clock.h.
 * Threads  the sidecar says when it rests, the program's threads have it go on resting.
 */
#include <stdbool.h>

/* rest_begins(), rest_ends(): for the sidecar, around everything that it may wait for. */
void rest_begins(void);
void rest_ends(void);

/*
 * rest_hold(), rest_release():
 * For a thread of the program: between the two the sidecar rests.  rest_hold waits for that, but no
 * longer than 100 ms; while libraries are loaded, 5 s.
 */
void rest_hold(void);
void rest_release(void);

/*
 * rest_loads(loads), rest_is_loading():
 * For the sidecar, around the loading of libraries.  A copy of a process that is at it must not use
 * the dynamic linker, which finds them half-done there and crashes.
 */
void rest_loads(bool loads);
bool rest_is_loading(void);

/* rest_anew(): in a process that has no sidecar yet, whatever its parent's was doing. */
void rest_anew(void);

#endif
