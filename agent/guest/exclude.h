#ifndef MEMAGENT_EXCLUDE_H
#define MEMAGENT_EXCLUDE_H
/*
 * exclude: which programs get no sidecar, and which processes are metered.
 *
 * Layer    agent; needs dir.
 * Memory   never allocates.
 */
#include <stdbool.h>
#include <sys/types.h>

/*
 * exclude_is_metered(pid):
 * Return whether process ${pid} has a sidecar: one of its first threads is named memagent.  Opens
 * files, so only the sidecar may call it.
 */
bool exclude_is_metered(pid_t pid);

/*
 * exclude_is_launched():
 * Return whether memagent-run has become this process by exec.  It sets MEMAGENT_RUN_PID to its
 * process id, which exec keeps and a child does not share.  Reads the environment: called by the
 * thread that starts the sidecar.
 */
bool exclude_is_launched(void);

/*
 * exclude_by_name(name, more):
 * Return whether a program of this ${name} gets no sidecar.  These are the programs of excluded.def
 * and those in ${more}, a list separated by commas.  Pure.
 */
bool exclude_by_name(const char *name, const char *more);

/*
 * exclude_by_option(argv):
 * Return whether a program with these arguments gets no sidecar, whatever its name.  Pure.
 */
bool exclude_by_option(char *const *argv);

#endif
