#ifndef MEMAGENT_CONTENTS_H
#define MEMAGENT_CONTENTS_H
/*
 * contents: a copy of a file in memory, for when the file can no longer be opened.
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
 * Copy the regular file ${path}, of at most CONTENTS_MOST bytes, to ${c}.  Return 0, or -1 with
 * errno and ${c} unchanged.  errno is that of open(2), read(2) or mmap(2), ENOTSUP for another kind
 * of file, ENODATA for an empty file, or EFBIG for a large one.
 */
int contents_read(struct contents *c, const char *path);

#endif
