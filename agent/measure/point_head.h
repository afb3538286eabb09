#ifndef MEMAGENT_POINT_HEAD_H
#define MEMAGENT_POINT_HEAD_H
/*
 * point_head: who the points are from: the measurement and the tags that all points of a process
 * share.
 *
 * Layer    agent; needs line, options, tags.
 * Memory   never allocates.
 */
#include <sys/types.h>

struct line;
struct options;

/*
 * point_head_write(head, options, pid, allocator, version):
 * Write into ${head} the measurement and the tags host, pid, pid_ns (only in a pid namespace other
 * than the first), service, allocator, allocator_version (unless ${version} is "") and the user's.
 * The calling thread's namespace and executable: for the sidecar.
 */
void point_head_write(struct line *head, const struct options *options, pid_t pid,
		      const char *allocator, const char *version);

#endif
