/*
 * A signal handler allocates where that is safe: by raise() between two calls, on the thread's own
 * stack and on an alternate one.
 */
#include <signal.h>

#include "expect.h"

static struct tally tally;
static void *kept;

static void handle(int number)
{
	tally_free(&tally, kept);
	kept = tally_malloc(&tally, 100 + (size_t)number);
}

int main(void)
{
	static char stack[16 * 1024];
	const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction action = {.sa_handler = handle};

	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	action.sa_flags = SA_ONSTACK;
	CHECK(sigaltstack(&alternate, NULL) == 0);
	CHECK(sigaction(SIGUSR2, &action, NULL) == 0);
	for (int i = 0; i < 20000; i++) {
		void *object = tally_malloc(&tally, 50);

		CHECK(raise(i % 2 ? SIGUSR1 : SIGUSR2) == 0);
		tally_free(&tally, object);
	}
	tally_free(&tally, kept);
	tally_expect(&tally);
	return 0;
}
