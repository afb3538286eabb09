#include "agent/measure/point_head.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "agent/base/executable.h"
#include "agent/encode/encoder.h"
#include "agent/settings/options.h"
#include "agent/settings/tags.h"

/* The inode of the initial pid namespace on every kernel since 3.8. */
#define INITIAL_PID_NAMESPACE "4026531836"

/*
 * Containers may share a host name, and each has a process 1.  The inode of the pid namespace
 * distinguishes them.  The tag is omitted in the initial namespace.
 */
static void tag_pid_namespace(struct line *head, const struct encoder *encoder)
{
	char link[64];
	char number[32];
	ssize_t n = readlink("/proc/thread-self/ns/pid", link, sizeof(link) - 1);

	link[n > 0 ? n : 0] = '\0';
	if (sscanf(link, "pid:[%20[0-9]]", number) == 1 &&
	    strcmp(number, INITIAL_PID_NAMESPACE) != 0)
		encoder->tag(head, "pid_ns", number);
}

void point_head_write(struct line *head, const struct encoder *encoder,
		      const struct options *options, pid_t pid, const char *allocator,
		      const char *version)
{
	struct utsname system = {.nodename = ""};
	const char *rest = options->tags;
	/* The name that go-runtime-metrics uses, unless the user has set another. */
	bool uses_go_name =
	    options->schema == SCHEMA_GO_RUNTIME && strcmp(options->measurement, "memagent") == 0;
	char text[256];
	struct tag tag;

	uname(&system);
	snprintf(text, sizeof(text), "go.runtime.%s", system.nodename);
	encoder->measurement(head, uses_go_name ? text : options->measurement);
	encoder->tag(head, "host", system.nodename);
	snprintf(text, sizeof(text), "%d", (int)pid);
	encoder->tag(head, "pid", text);
	tag_pid_namespace(head, encoder);
	if (options->service[0] == '\0')
		executable_name(text, sizeof(text));
	encoder->tag(head, "service", options->service[0] ? options->service : text);
	encoder->tag(head, "allocator", allocator);
	encoder->tag(head, "allocator_version", version);
	while (tags_next(&rest, &tag) == 1)
		encoder->tag(head, tag.key, tag.value);
}
