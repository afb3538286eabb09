#ifndef MEMAGENT_DIR_H
#define MEMAGENT_DIR_H
/*
 * dir: lists the names in a directory.
 *
 * Layer    agent, leaf.
 * Memory   never allocates (libc's opendir does).
 * Source   getdents64(2).
 */

struct dir {
	int fd;
	long have, at;
	char entries[2048] __attribute__((aligned(8)));
};

/* Start to read the open directory ${fd}, which stays the caller's. */
void dir_start(struct dir *dir, int fd);

/* Return the next name except "." and "..", or NULL at the end.  Valid until the next call. */
const char *dir_next(struct dir *dir);

#endif
