#ifndef MEMAGENT_PARENT_H
#define MEMAGENT_PARENT_H
/*
 * parent: whether a metered program started this one.
 *
 * Such a child is often short-lived, and its parent has already logged the problems of both.
 *
 * Layer    agent; needs exclude, log.
 * Threads  the sidecar, except parent_remember.
 */
#include <stdbool.h>
#include <sys/types.h>

#include "agent/base/log.h"

/* Read the environment.  Called by the thread that starts the sidecar. */
void parent_remember(void);

/*
 * parent_begin(is_forked, user):
 * Start anew in this process.  ${is_forked}: whether fork made it; ${user}: its user at the start.
 */
void parent_begin(bool is_forked, uid_t user);

/* Return whether a metered program started this one.  Looks into /proc the first time. */
bool parent_is_metered(void);

/*
 * parent_has_logged(kind):
 * Return whether the parent has logged lines of that ${kind} for this process too.  Lines about
 * files count only if the parent has the same user.
 */
bool parent_has_logged(enum log_kind kind);

#endif
