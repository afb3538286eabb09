#ifndef MEMAGENT_CONTENTS_H
#define MEMAGENT_CONTENTS_H
/*
 * contents: what a file has, kept in memory for when it cannot be opened any more.
 *
 * Layer    agent, leaf.
 * Memory   one mapping; a forked child has a copy.
 */
#include <stddef.h>

#define CONTENTS_MOST ((size_t)16 << 20)

/* All zero at first. */
struct contents {
	char *bytes; /* or NULL */
	size_t len;
};

/*
 * contents_read(c, path):
 * Keep what the regular file ${path} has, at most CONTENTS_MOST bytes.  Return 0; -1 with errno
 * from open(2), read(2) or mmap(2), ENOTSUP when it is no regular file, ENODATA when it is empty,
 * or EFBIG; ${c} is then as it was.
 */
int contents_read(struct contents *c, const char *path);

#endif
