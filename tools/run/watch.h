#ifndef MEMAGENT_WATCH_H
#define MEMAGENT_WATCH_H
/*
 * watch: memagent-run --fail-on-leak: runs the command in a child, waits for it, and lets
 * memagent-report judge its points.
 *
 * Layer    tools/run; needs url, clock.
 */
#include <limits.h>
#include <stdint.h>

/* The exit status if a process leaks; LeakSanitizer has the same. */
#define WATCH_LEAK 23
/* The exit status if nothing could be judged; timeout and env have the same. */
#define WATCH_FAILED 125

struct watch {
	const char *programs;	  /* the directory of memagent-report */
	int64_t grace_ns;	  /* growth in this time after the start does not count */
	char directory[PATH_MAX]; /* a temporary one that has the points; "": they are not in one */
	char points[PATH_MAX + 8]; /* the file */
	int64_t start_ns;	   /* since 1970 */
};

/*
 * watch_open(watch, programs):
 * Choose the file for the points, and set the variables for the agent.  Return 0, or -1 with a
 * message printed.
 */
int watch_open(struct watch *watch, const char *programs);

/*
 * watch_run(watch, start, command):
 * Call ${start} in a child.  It executes ${command}, or returns an exit status.  Pass on signals
 * that are sent to this process.  Judge the points, print what leaks to standard error, and remove
 * the temporary directory.  Return the exit status: WATCH_LEAK if a process leaks, else that of the
 * command.  End by the signal that ended the command.
 */
int watch_run(struct watch *watch, int (*start)(char **command), char **command);

#endif
