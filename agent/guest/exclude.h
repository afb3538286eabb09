#ifndef MEMAGENT_EXCLUDE_H
#define MEMAGENT_EXCLUDE_H
/*
 * exclude: which programs get no sidecar, and which processes started which.
 *
 * Layer    agent; needs dir.
 * Memory   never allocates.
 */
#include <stdbool.h>
#include <sys/types.h>

/*
 * exclude_is_metered(pid):
 * Return whether process ${pid} has a sidecar: one of its first threads has its name.  The sidecar,
 * because it opens files.
 */
bool exclude_is_metered(pid_t pid);

/*
 * exclude_is_launched():
 * Return whether memagent-run has become this process.  It leaves its process id in
 * MEMAGENT_RUN_PID, which stays over exec and is none of a child's.  Reads the environment: for the
 * thread that starts the sidecar.
 */
bool exclude_is_launched(void);

/*
 * exclude_by_name(name, more):
 * Return whether a program of this ${name} is to have no sidecar: tools that must have a single
 * thread (to change namespaces) or that hand out rights, and those in ${more}, separated by commas.
 * Pure.
 */
bool exclude_by_name(const char *name, const char *more);

/*
 * exclude_by_option(argv):
 * Return whether a program with these arguments is to have no sidecar, whatever its name.  Pure.
 */
bool exclude_by_option(char *const *argv);

#endif
