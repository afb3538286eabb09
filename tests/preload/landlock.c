/*
 * The program restricts its file access with landlock, which applies to the calling thread only.
 * No thread of the agent stays unrestricted, in the program or in a child.
 *
 * wants-event: uses seccomp, landlock, kept capabilities or namespaces, no longer reported
 */
#include <linux/landlock.h>

#include "privileges.h"
#include "seccomp.h"

static bool cannot_write(void)
{
	int fd = open("file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == EACCES;
}

static bool is_alone(void)
{
	struct stat st;

	return stat("/proc/self/task", &st) == 0 && st.st_nlink == 3;
}

int main(void)
{
	const struct landlock_ruleset_attr rules = {
	    .handled_access_fs = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG};
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0);
	pid_t child;

	if (ruleset < 0)
		skip("this system has no landlock");
	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	expect("mallocs", "=", 1000);
	expect("agent_coverage", "=", 0);
	/* A query restricts nothing. */
	CHECK(syscall(SYS_landlock_restrict_self, -1, 0) == -1);
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(syscall(SYS_landlock_restrict_self, ruleset, 0) == 0);
	CHECK(cannot_write());
	wait_for_agent_end();
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		CHECK(cannot_write() && is_alone());
		exit(0);
	}
	expect_child(child);
	return 0;
}
