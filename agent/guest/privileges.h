#ifndef MEMAGENT_PRIVILEGES_H
#define MEMAGENT_PRIVILEGES_H
/*
 * privileges: keeps the sidecar from having more privileges than the program.
 *
 * libc's setuid and similar functions change all threads.  The raw system calls, capset, a seccomp
 * filter without TSYNC and the no-new-privileges flag change only the calling thread.  A program
 * that drops privileges that way would leave the sidecar with the old ones.
 *
 * Layer    agent; needs fnv, namespaces, proc, the shim.
 * Threads  the sidecar.
 * Memory   never allocates.
 * Source   proc(5), credentials(7), capabilities(7), seccomp(2).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/guest/namespaces.h"

/* The privileges of a thread. */
struct privileges {
	uint32_t uid[4]; /* real, effective, saved, file system */
	uint32_t gid[4];
	uint64_t inheritable, permitted, effective, bounding, ambient; /* capabilities */
	uint64_t groups; /* a hash of the supplementary ones */
	uint32_t no_new_privs;
	uint32_t seccomp;	  /* mode */
	uint32_t seccomp_filters; /* 0 before Linux 5.9 */
	uint32_t lines;		  /* a bit for each key that was found */
};

/*
 * privileges_line(privileges, text, len):
 * Parse one line of /proc/PID/status into ${privileges}, which is all zero at first.  Return 0, or
 * -1 when the line is malformed.  Pure.
 */
int privileges_line(struct privileges *privileges, const char *text, size_t len);

/*
 * privileges_can_change():
 * Return whether this thread can drop a user, a group or a capability, and so lose access to files.
 */
bool privileges_can_change(void);

/* The files that the sidecar reads, opened at the start: later a chroot may hide /proc. */
struct privileges_watch {
	int program_fd; /* the main thread's status, or -1 */
	int own_fd;	/* the calling thread's, from proc_open, or -1 */
	struct namespaces_watch namespaces;
};

void privileges_open(struct privileges_watch *watch, int own_fd);

enum privileges_verdict {
	PRIVILEGES_NO_MORE,   /* than the program; or unknown, or libc is changing them now */
	PRIVILEGES_MORE,      /* than the program, and they cannot be dropped */
	PRIVILEGES_ELSEWHERE, /* the program has another root or other namespaces */
};

/*
 * privileges_follow(watch):
 * Compare this thread with the main thread, and drop the privileges that the main thread lacks.  If
 * the result is not PRIVILEGES_NO_MORE, the calling thread must end.
 */
enum privileges_verdict privileges_follow(struct privileges_watch *watch);

#endif
