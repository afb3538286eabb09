#ifndef MEMAGENT_ALLOC_H
#define MEMAGENT_ALLOC_H
/*
 * alloc: allocation that exits with a message when memory runs out.
 *
 * Layer    tools; needs messages.
 */
#include <stddef.h>

/*
 * alloc_grow(array, room, need, size):
 * Grow ${array} (from malloc, or NULL) to at least ${need} elements of ${size} bytes.  ${*room} is
 * the number of elements it has room for.  Return the array.  Exits if there is no memory.
 */
void *alloc_grow(void *array, size_t *room, size_t need, size_t size);

/* Return ${text}, the result of strdup or the like.  Exits if it is NULL. */
char *alloc_check(char *text);

#endif
