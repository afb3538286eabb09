/*
 * An inherited seccomp filter refuses sockets.  The agent cannot deliver, and nothing else happens.
 *
 * with-env: MEMAGENT_URL=http://127.0.0.1:8086 MEMAGENT_EXIT_TIMEOUT=10s
 * wants-line: cannot deliver
 */
#include "exec_again.h"
#include "privileges.h"
#include "seccomp.h"

/* In the metered run, stderr is a file beside the current directory. */
static void wait_until_said(void)
{
	static char text[4096];

	for (int i = 0; getenv("EXPECT") != NULL && strstr(text, "cannot deliver") == NULL; i++) {
		int fd = open("../metered.err", O_RDONLY);
		ssize_t length;

		CHECK(fd >= 0 && i < 1000);
		usleep(10000);
		length = read(fd, text, sizeof(text) - 1);
		CHECK(length >= 0);
		text[length] = '\0';
		close(fd);
	}
}

int main(int argc, char **argv)
{
	struct sock_filter filter[] = {
	    SECCOMP_NUMBER,
	    SECCOMP_RULE(SYS_socket, SECCOMP_RET_ERRNO | EACCES),
	    SECCOMP_RULE(SYS_socketpair, SECCOMP_RET_ERRNO | EACCES),
	    SECCOMP_OTHERS(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = SECCOMP_PROGRAM(filter);

	(void)argv;
	if (!is_second_run(argc)) {
		seccomp_set_unseen(&program);
		exec_again();
	}
	for (int i = 0; i < 1000; i++)
		free(malloc(100));
	wait_until_said();
	return 0;
}
