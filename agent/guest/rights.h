#ifndef MEMAGENT_RIGHTS_H
#define MEMAGENT_RIGHTS_H
/*
 * rights: sees to it that the sidecar never may more than the program.
 *
 * libc's setuid and the like reach all threads.  The raw system calls, capset, a seccomp filter
 * without TSYNC and the no-new-privileges flag reach the calling thread alone: a program that locks
 * itself in that way would leave a thread outside.
 *
 * Layer    agent; needs namespaces, proc, the shim.
 * Threads  the sidecar.
 * Memory   never allocates.
 * Source   proc(5), credentials(7), capabilities(7), seccomp(2).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/guest/namespaces.h"

/* What a thread may. */
struct rights {
	uint32_t uid[4]; /* real, effective, saved, file system */
	uint32_t gid[4];
	uint64_t inheritable, permitted, effective, bounding, ambient; /* capabilities */
	uint64_t groups; /* a hash of the supplementary ones */
	uint32_t no_new_privs;
	uint32_t seccomp;	  /* mode */
	uint32_t seccomp_filters; /* 0 where the kernel does not tell (before 5.9) */
	uint32_t lines;		  /* a bit for each line that was there */
};

/*
 * rights_line(rights, text, len):
 * Take one line of /proc/PID/status into ${rights}, which is all zero at first.  Return 0, or -1
 * when it is malformed.  Pure.
 */
int rights_line(struct rights *rights, const char *text, size_t len);

/*
 * rights_can_change():
 * Return whether this thread may give up a user, a group or a capability, so that what it can open
 * now may be out of reach later.
 */
bool rights_can_change(void);

/* What the sidecar reads, opened once, so that it can go on after a chroot. */
struct rights_watch {
	int program_fd; /* the main thread's status, or -1 */
	int own_fd;	/* the calling thread's, from proc_open, or -1 */
	struct namespaces_watch place;
};

void rights_open(struct rights_watch *watch, int own_fd);

enum rights_verdict {
	/* than the program, or libc is at it, or nobody can tell, because there is no /proc */
	RIGHTS_NO_MORE,
	RIGHTS_MORE,	  /* and this thread cannot give them up */
	RIGHTS_ELSEWHERE, /* the program is at another root or in other namespaces */
};

/*
 * rights_follow(watch):
 * Compare; where the main thread may less than this one, take the same rights.  Unless that makes
 * it RIGHTS_NO_MORE, this thread must end.
 */
enum rights_verdict rights_follow(struct rights_watch *watch);

#endif
