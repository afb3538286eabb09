/*
 * A forked child keeps its parent's heap, and so its counters, and reports under its own pid.
 * After the fork, each process counts only its own calls.
 */
#include "expect.h"

int main(void)
{
	struct tally tally = {0};
	void *object = tally_malloc(&tally, 1000);
	pid_t child;

	tally_malloc(&tally, 2000);
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		tally_free(&tally, object);
		for (size_t i = 0; i < 100; i++)
			tally_malloc(&tally, 10 * i);
		tally_expect(&tally);
		exit(0);
	}
	expect_child(child);
	tally_malloc(&tally, 3000);
	expect("processes", "=", 2);
	tally_expect(&tally);
	return 0;
}
