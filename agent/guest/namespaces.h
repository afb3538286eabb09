#ifndef MEMAGENT_NAMESPACES_H
#define MEMAGENT_NAMESPACES_H
/*
 * namespaces: whether the sidecar is where the program is: at the same root directory, and in the
 * same namespaces.
 *
 * All threads have one root until one of them says unshare(CLONE_FS), and namespaces belong to a
 * thread from the start: a program that goes on to chroot, or into namespaces of its own, would
 * leave a thread outside.
 *
 * Layer    agent, leaf.
 * Threads  the sidecar.
 * Memory   never allocates.
 * Source   proc(5), namespaces(7), unshare(2).
 */
#include <stdbool.h>

enum { NAMESPACES_WATCHED = 3, NAMESPACES_NAME_BYTES = 32 };

/* Opened once, so that it can be looked into after a chroot. */
struct namespaces_watch {
	int program_fd; /* the main thread's directory in /proc, or -1 */
	int own_fd;	/* the calling thread's */
	char own[NAMESPACES_WATCHED]
		[NAMESPACES_NAME_BYTES]; /* its namespaces, which it never leaves */
};

void namespaces_open(struct namespaces_watch *watch);

/* Return whether the main thread is where this one is, or nobody can tell. */
bool namespaces_are_shared(const struct namespaces_watch *watch);

#endif
