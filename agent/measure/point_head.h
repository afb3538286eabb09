#ifndef MEMAGENT_POINT_HEAD_H
#define MEMAGENT_POINT_HEAD_H
/*
 * point_head: writes the measurement and the tags, which all points of a process share.
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
 * Write to ${head} with ${encoder}: the measurement, the tags host, pid, pid_ns (only outside the
 * initial pid namespace), service, allocator and allocator_version (unless ${version} is ""), and
 * the user's tags.  Call it in the sidecar: it reads the calling thread's namespace and executable.
 */
void point_head_write(struct line *head, const struct encoder *encoder,
		      const struct options *options, pid_t pid, const char *allocator,
		      const char *version);

#endif
