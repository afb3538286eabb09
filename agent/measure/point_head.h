#ifndef MEMAGENT_POINT_HEAD_H
#define MEMAGENT_POINT_HEAD_H
/*
 * point_head: who the points are from: the measurement and the tags that all points of a process
 * share.
 *
 * Layer    agent; needs encoder, options, tags.
 * Memory   never allocates.
 */
#include <sys/types.h>

struct encoder;
struct line;
struct options;

/*
 * point_head_write(head, encoder, options, pid, allocator, version):
 * Write into ${head}, by ${encoder}, the measurement and the tags host, pid, pid_ns (only in a pid
 * namespace other than the first), service, allocator, allocator_version (unless ${version} is "")
 * and the user's. The calling thread's namespace and executable: for the sidecar.
 */
void point_head_write(struct line *head, const struct encoder *encoder,
		      const struct options *options, pid_t pid, const char *allocator,
		      const char *version);

#endif
