/*
 * Invalid pointers give the same errors and signals, from the kernel and from libc, as without the
 * agent.
 */
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "expect.h"

/* libc has no header for it. */
int capset(cap_user_header_t header, const cap_user_data_t data);

static void *const nowhere[] = {(void *)8, (void *)(uintptr_t)-8, (void *)((uintptr_t)1 << 63)};

enum { CLONE_ARGS_BYTES = 88 };

/* libc's assertion prints that there is no handler. */
static void try_atexit(void)
{
	void (*volatile nothing)(void) = NULL;
	pid_t child = fork();
	int status;

	CHECK(child >= 0);
	if (child == 0) {
		close(STDERR_FILENO);
		CHECK(atexit(nothing) == 0);
		exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

	CHECK(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0);
	for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		errno = 0;
		CHECK(syscall(SYS_clone3, nowhere[i], CLONE_ARGS_BYTES) == -1);
		CHECK(errno == EFAULT || errno == ENOSYS);
		errno = 0;
		CHECK(capset(&header, nowhere[i]) == -1 && errno == EFAULT);
	}
	try_atexit();
	return 0;
}
