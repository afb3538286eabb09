#include "agent/measure/point_head.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "agent/encode/line.h"
#include "agent/settings/options.h"
#include "agent/settings/tags.h"

/*
 * The name of the executable, which for a script is its interpreter's.  By way of this thread,
 * because the main thread may have left already; without /proc the name that it was called by.
 */
static void executable(char *out, size_t size)
{
	char path[4096];
	ssize_t n = readlink("/proc/thread-self/exe", path, sizeof(path) - 1);
	const char *slash;

	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	snprintf(out, size, "%.255s", slash ? slash + 1 : program_invocation_short_name);
}

void point_head_write(struct line *head, const struct options *options, pid_t pid,
		      const char *allocator, const char *version)
{
	struct utsname system = {.nodename = ""};
	const char *rest = options->tags;
	/* As go-runtime-metrics calls it, unless the user does otherwise. */
	bool go =
	    options->schema == SCHEMA_GO_RUNTIME && strcmp(options->measurement, "memagent") == 0;
	char text[256];
	struct tag tag;

	uname(&system);
	snprintf(text, sizeof(text), "go.runtime.%s", system.nodename);
	line_measurement(head, go ? text : options->measurement);
	line_tag(head, "host", system.nodename);
	snprintf(text, sizeof(text), "%d", (int)pid);
	line_tag(head, "pid", text);
	if (options->service[0] == '\0')
		executable(text, sizeof(text));
	line_tag(head, "service", options->service[0] ? options->service : text);
	line_tag(head, "allocator", allocator);
	line_tag(head, "allocator_version", version);
	while (tags_next(&rest, &tag) == 1)
		line_tag(head, tag.key, tag.value);
}
