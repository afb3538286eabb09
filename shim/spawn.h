#ifndef MEMAGENT_SPAWN_H
#define MEMAGENT_SPAWN_H
/*
 * spawn: which thread is the process's main thread; see spawn.c for the rest.
 *
 * Layer    shim.
 */
#include <pthread.h>
#include <stdbool.h>

/* From the main thread, at the start. */
void spawn_init(void);

/* Return the main thread, which is another one in the child of a fork by another one. */
pthread_t spawn_main_thread(void);

/* Return, during a fork, whether it is one in the middle of a call of the allocator. */
bool spawn_is_inside(void);

#endif
