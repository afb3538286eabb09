#ifndef MEMAGENT_OBJECT_H
#define MEMAGENT_OBJECT_H
/*
 * object: which loaded object (the executable or a shared library) a function belongs to.
 *
 * Layer    agent, leaf.
 * Threads  any; takes the dynamic linker's lock, so not for a signal handler.
 * Source   dlsym(3), dladdr(3).
 */
#include <stdbool.h>

/* Return whether the two addresses are in one object. */
bool object_same(const void *a, const void *b);

/*
 * object_function(neighbour, name):
 * Return the function ${name} as the whole process sees it, when it is in the same object as
 * ${neighbour}; else NULL.
 */
void *object_function(const void *neighbour, const char *name);

#endif
