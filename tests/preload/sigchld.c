/*
 * The program gets SIGCHLD once for each of its children, in one of its own threads.  When it
 * ignores SIGCHLD, it has no child to wait for.
 */
#include <signal.h>
#include <stdatomic.h>

#include "expect.h"

enum { CHILDREN = 100 };

static pid_t main_thread;
static atomic_int ended, strays;

static void reap(int number)
{
	int saved = errno;

	(void)number;
	if (gettid() != main_thread)
		atomic_fetch_add(&strays, 1);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		atomic_fetch_add(&ended, 1);
	errno = saved;
}

static pid_t start_child(void)
{
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0)
		_exit(0);
	return child;
}

int main(void)
{
	struct sigaction action = {.sa_handler = reap, .sa_flags = SA_RESTART};
	struct tally tally = {0};
	sigset_t chld, none;

	main_thread = gettid();
	CHECK(sigemptyset(&none) == 0 && sigemptyset(&chld) == 0);
	CHECK(sigaddset(&chld, SIGCHLD) == 0);
	CHECK(sigprocmask(SIG_BLOCK, &chld, NULL) == 0);
	CHECK(sigaction(SIGCHLD, &action, NULL) == 0);
	for (int i = 0; i < CHILDREN; i++) {
		siginfo_t info;

		/* While the signal is blocked, no other thread may take it. */
		CHECK(waitid(P_PID, (id_t)start_child(), &info, WEXITED | WNOWAIT) == 0);
		tally_free(&tally, tally_malloc(&tally, 100));
		while (atomic_load(&ended) <= i)
			sigsuspend(&none);
	}
	CHECK(atomic_load(&ended) == CHILDREN && atomic_load(&strays) == 0);
	CHECK(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
	action.sa_handler = SIG_IGN;
	CHECK(sigaction(SIGCHLD, &action, NULL) == 0);
	for (int i = 0; i < CHILDREN; i++)
		start_child();
	/* wait() waits for all children and finds none. */
	CHECK(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
	tally_expect(&tally);
	return 0;
}
