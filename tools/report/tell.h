#ifndef MEMAGENT_TELL_H
#define MEMAGENT_TELL_H
/*
 * tell: progress and error messages on stderr, and allocation that exits when memory runs out.
 *
 * Layer    tools, leaf.
 */
#include <stddef.h>

#define TELL_FORMAT __attribute__((format(printf, 1, 2)))

/* Show progress, on a terminal only.  The next message replaces this one. */
void tell_progress(const char *format, ...) TELL_FORMAT;

/* Clear the progress message. */
void tell_done(void);

/* Print why there is no report, and exit with 1. */
void tell_failure(const char *format, ...) TELL_FORMAT __attribute__((noreturn));

/* Print what is wrong with the command line or the environment, and exit with 2. */
void tell_misuse(const char *format, ...) TELL_FORMAT __attribute__((noreturn));

/*
 * tell_grown(array, room, need, size):
 * Grow ${array} (from malloc, or NULL) to at least ${need} elements of ${size} bytes.  ${*room} is
 * the number of elements it has room for.  Return the array.  Exits if there is no memory.
 */
void *tell_grown(void *array, size_t *room, size_t need, size_t size);

/* Return ${text}, the result of strdup or the like.  Exits if it is NULL. */
char *tell_kept(char *text);

#endif
