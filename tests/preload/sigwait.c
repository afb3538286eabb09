/*
 * Each signal sent to the process reaches the program's sigwait or signalfd.  A thread that did not
 * block it would take it instead.
 */
#include <signal.h>
#include <sys/signalfd.h>

#include "expect.h"

int main(void)
{
	struct signalfd_siginfo info;
	struct tally tally = {0};
	sigset_t wanted;
	int number;
	int fd;

	CHECK(sigemptyset(&wanted) == 0);
	CHECK(sigaddset(&wanted, SIGTERM) == 0 && sigaddset(&wanted, SIGUSR1) == 0);
	CHECK(sigprocmask(SIG_BLOCK, &wanted, NULL) == 0);
	fd = signalfd(-1, &wanted, SFD_CLOEXEC);
	CHECK(fd >= 0);
	for (int i = 0; i < 5000; i++) {
		tally_free(&tally, tally_malloc(&tally, 100));
		CHECK(kill(getpid(), SIGTERM) == 0);
		CHECK(sigwait(&wanted, &number) == 0 && number == SIGTERM);
		CHECK(kill(getpid(), SIGUSR1) == 0);
		CHECK(read(fd, &info, sizeof(info)) == sizeof(info));
		CHECK(info.ssi_signo == SIGUSR1);
	}
	tally_expect(&tally);
	return 0;
}
