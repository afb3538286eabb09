/*
 * main calls pthread_exit while another thread sets a seccomp filter for the process, repeatedly.
 * Whichever is first, the process ends with its last thread.
 *
 * limit: 60
 */
#include "thread.h"
#include "privileges.h"
#include "seccomp.h"

static void *set_filter(void *delay)
{
	struct sock_filter filter[] = {
	    SECCOMP_NUMBER,
	    SECCOMP_RULE(SYS_socket, SECCOMP_RET_ERRNO | EPERM),
	    SECCOMP_OTHERS(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = SECCOMP_PROGRAM(filter);

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	usleep((useconds_t)(uintptr_t)delay);
	CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) ==
	      0);
	return NULL;
}

int main(void)
{
	enum { CHILDREN = 150, SECONDS = 10, STEP_US = 20 };

	for (uintptr_t i = 0; i < CHILDREN; i++) {
		pid_t child = fork();

		CHECK(child >= 0);
		if (child == 0) {
			alarm(SECONDS);
			thread_start(thread_stack(THREAD_STACK), THREAD_STACK, set_filter,
				     (void *)(i * STEP_US));
			pthread_exit(NULL);
		}
		expect_child(child);
	}
	return 0;
}
