#ifndef MEMAGENT_SPAWN_H
#define MEMAGENT_SPAWN_H
/*
 * spawn: the main thread, and the state of a fork; see spawn.c for the wrappers.
 *
 * Layer    shim.
 */
#include <pthread.h>
#include <stdbool.h>

/* Called by the main thread, at the start. */
void spawn_init(void);

/* Return the main thread; in a forked child, the thread that called fork. */
pthread_t spawn_main_thread(void);

/* Return whether a signal handler is forking that has interrupted the allocator. */
bool spawn_is_in_allocator(void);

#endif
