#ifndef MEMAGENT_TELL_H
#define MEMAGENT_TELL_H
/*
 * tell: what memagent-report says on stderr, and how it ends when it cannot go on.
 *
 * Layer    tools, leaf.
 */
#include <stddef.h>

#define TELL_FORMAT __attribute__((format(printf, 1, 2)))

/* Show what is being done, on a terminal only; the next message takes the place of this one. */
void tell_progress(const char *format, ...) TELL_FORMAT;

/* Take the last such message away. */
void tell_done(void);

/* Say why there is no report, and exit with 1. */
void tell_failure(const char *format, ...) TELL_FORMAT __attribute__((noreturn));

/* Say what is wrong with the command line or the environment, and exit with 2. */
void tell_misuse(const char *format, ...) TELL_FORMAT __attribute__((noreturn));

/*
 * tell_grown(array, room, need, size):
 * Return ${array} from malloc, or NULL, with room for ${need} elements of ${size} bytes; ${*room}
 * is how many it has room for.  Exits when there is no memory.
 */
void *tell_grown(void *array, size_t *room, size_t need, size_t size);

/* Return ${text}, from strdup or the like; exits when that is NULL, for want of memory. */
char *tell_kept(char *text);

#endif
