#ifndef MEMAGENT_PARENT_H
#define MEMAGENT_PARENT_H
/*
 * parent: whether a metered program started this one.
 *
 * Such a child is often short-lived, and its parent has already logged what holds for both.
 *
 * Layer    agent; needs exclude, log.
 * Threads  the sidecar, but for parent_remember.
 */
#include <stdbool.h>
#include <sys/types.h>

#include "agent/base/log.h"

/* Read the environment: for the thread that starts the sidecar. */
void parent_remember(void);

/*
 * parent_begin(is_forked, user):
 * In a process that begins: it ${is_forked}, and ${user} was its user then.
 */
void parent_begin(bool is_forked, uid_t user);

/* Return whether a metered program started this one.  Looks into /proc the first time. */
bool parent_is_metered(void);

/*
 * parent_has_logged(kind):
 * Return whether the parent logs lines of that ${kind} for this process too: of files, only if it
 * has the same user.
 */
bool parent_has_logged(enum log_kind kind);

#endif
