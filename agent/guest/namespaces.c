#include "agent/guest/namespaces.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What there is to reach depends on these; the other namespaces change names and views only. */
static const char *const namespaces[NAMESPACES_WATCHED] = {"ns/mnt", "ns/net", "ns/ipc"};

/* Have in ${name} what tells the namespace from all others, padded with NUL; or nothing. */
static void look_at_namespace(int fd, size_t i, char name[NAMESPACES_NAME_BYTES])
{
	memset(name, 0, NAMESPACES_NAME_BYTES);
	(void)!readlinkat(fd, namespaces[i], name, NAMESPACES_NAME_BYTES);
}

void namespaces_open(struct namespaces_watch *watch)
{
	watch->program_fd = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	watch->own_fd = open("/proc/thread-self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < NAMESPACES_WATCHED; i++)
		look_at_namespace(watch->own_fd, i, watch->own[i]);
}

/* A root on another machine's disk is not asked for: what is known of it here will do. */
static bool look_at_root(int fd, struct statx *out)
{
	return statx(fd, "root", AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_INO, out) == 0;
}

/* A main thread that has left is nowhere, and has neither root nor namespaces. */
static bool is_root_shared(const struct namespaces_watch *watch)
{
	struct statx program, own;

	return !look_at_root(watch->program_fd, &program) || !look_at_root(watch->own_fd, &own) ||
	       (program.stx_ino == own.stx_ino && program.stx_dev_major == own.stx_dev_major &&
		program.stx_dev_minor == own.stx_dev_minor);
}

static bool is_namespace_shared(const struct namespaces_watch *watch, size_t i)
{
	char name[NAMESPACES_NAME_BYTES];

	look_at_namespace(watch->program_fd, i, name);
	return name[0] == '\0' || watch->own[i][0] == '\0' ||
	       memcmp(name, watch->own[i], sizeof(name)) == 0;
}

bool namespaces_are_shared(const struct namespaces_watch *watch)
{
	bool is_shared = is_root_shared(watch);

	for (size_t i = 0; i < NAMESPACES_WATCHED; i++)
		is_shared = is_shared && is_namespace_shared(watch, i);
	return is_shared;
}
