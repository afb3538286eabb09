#include "agent/guest/namespaces.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* These decide which files and sockets can be reached; the others change names and views only. */
static const char *const namespaces[NAMESPACES_WATCHED] = {"ns/mnt", "ns/net", "ns/ipc"};

/* Read the namespace's unique name, padded with NUL; all NUL on failure. */
static void read_namespace(int fd, size_t i, char name[NAMESPACES_NAME_BYTES])
{
	memset(name, 0, NAMESPACES_NAME_BYTES);
	(void)!readlinkat(fd, namespaces[i], name, NAMESPACES_NAME_BYTES);
}

void namespaces_open(struct namespaces_watch *watch)
{
	watch->program_fd = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	watch->own_fd = open("/proc/thread-self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < NAMESPACES_WATCHED; i++)
		read_namespace(watch->own_fd, i, watch->own[i]);
}

/* Do not ask the server of a network file system: cached attributes are enough. */
static bool read_root(int fd, struct statx *out)
{
	return statx(fd, "root", AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_INO, out) == 0;
}

/* A main thread that has ended has neither root nor namespaces: then nothing can be compared. */
static bool is_root_shared(const struct namespaces_watch *watch)
{
	struct statx program, own;

	return !read_root(watch->program_fd, &program) || !read_root(watch->own_fd, &own) ||
	       (program.stx_ino == own.stx_ino && program.stx_dev_major == own.stx_dev_major &&
		program.stx_dev_minor == own.stx_dev_minor);
}

static bool is_namespace_shared(const struct namespaces_watch *watch, size_t i)
{
	char name[NAMESPACES_NAME_BYTES];

	read_namespace(watch->program_fd, i, name);
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
