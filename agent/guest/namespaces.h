#ifndef MEMAGENT_NAMESPACES_H
#define MEMAGENT_NAMESPACES_H
/*
 * namespaces: whether the sidecar and the program have the same root directory and namespaces.
 *
 * After unshare(CLONE_FS), chroot changes the root of one thread only.  unshare and setns change
 * the namespaces of one thread only.  A program that uses these would leave the sidecar outside.
 *
 * Layer    agent, leaf.
 * Threads  the sidecar.
 * Memory   never allocates.
 * Source   proc(5), namespaces(7), unshare(2).
 */
#include <stdbool.h>

enum { NAMESPACES_WATCHED = 3, NAMESPACES_NAME_BYTES = 32 };

/* Opened at the start, because /proc may be out of reach after a chroot. */
struct namespaces_watch {
	int program_fd; /* the main thread's directory in /proc, or -1 */
	int own_fd;	/* the calling thread's */
	char own[NAMESPACES_WATCHED]
		[NAMESPACES_NAME_BYTES]; /* its namespaces, which never change */
};

void namespaces_open(struct namespaces_watch *watch);

/* Return whether the main thread shares root and namespaces with this one; true if unknown. */
bool namespaces_are_shared(const struct namespaces_watch *watch);

#endif
