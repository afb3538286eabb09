#ifndef MEMAGENT_KIN_H
#define MEMAGENT_KIN_H
/*
 * kin: what kind of program this is among those that run together.
 *
 * Layer    agent; needs dir.
 * Memory   never allocates.
 */
#include <stdbool.h>
#include <sys/types.h>

/*
 * kin_is_metered(pid):
 * Return whether process ${pid} has a sidecar: one of its first threads has its name.  The sidecar,
 * because it opens files.
 */
bool kin_is_metered(pid_t pid);

/*
 * kin_is_chosen():
 * Return whether memagent-run has become this process.  It leaves its process id in
 * MEMAGENT_RUN_PID, which stays over exec and is none of a child's.  Reads the environment: for the
 * thread that starts the sidecar.
 */
bool kin_is_chosen(void);

/*
 * kin_is_excluded(name, more):
 * Return whether a program of this ${name} is to have no sidecar: tools that must have a single
 * thread (to change namespaces) or that hand out rights, and those in ${more}, separated by commas.
 * Pure.
 */
bool kin_is_excluded(const char *name, const char *more);

#endif
