#ifndef MEMAGENT_DIR_H
#define MEMAGENT_DIR_H
/*
 * dir: the names in a directory.
 *
 * Layer    agent, leaf.
 * Memory   never allocates, as libc's opendir does.
 * Source   getdents64(2).
 */

struct dir {
	int fd;
	long have, at;
	char entries[2048] __attribute__((aligned(8)));
};

/* Begin with the directory that ${fd} is open on; it stays the caller's. */
void dir_start(struct dir *dir, int fd);

/* Return the next name, valid until the next call, or NULL at the end.  "." and ".." are left out.
 */
const char *dir_next(struct dir *dir);

#endif
