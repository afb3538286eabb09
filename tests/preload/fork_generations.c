/*
 * Ten generations of forks.  Each child has its own agent, although its own thread has the stack
 * that the parent's agent forked from.
 */
#include "expect.h"

int main(void)
{
	enum { DEPTH = 10 };
	struct tally tally = {0};
	pid_t child = 0;

	for (int depth = 0; depth < DEPTH && child == 0; depth++) {
		tally_malloc(&tally, 100);
		child = fork();
		CHECK(child >= 0);
	}
	if (child != 0)
		expect_child(child);
	expect("processes", "=", DEPTH + 1);
	tally_expect(&tally);
	return 0;
}
