/*
 * 10,000 children, each of which ends at once in one of four ways.  None hangs waiting for its
 * agent, and each that calls exit has its last point.
 *
 * limit: 300
 */
#include "exec_again.h"

enum { CHILDREN = 10000 };

static void child(int number, struct tally *tally)
{
	tally_free(tally, tally_malloc(tally, 10));
	switch (number % 4) {
	case 0:
		_exit(0);
	case 1:
		exec_again();
		break;
	case 2:
		quick_exit(0);
	default:
		tally_expect(tally);
		exit(0);
	}
}

int main(int argc, char **argv)
{
	struct tally tally = {0};

	(void)argv;
	if (is_second_run(argc))
		return 0;
	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (pid == 0)
			child(i, &tally);
		expect_child(pid);
	}
	expect("processes", "=", 1 + CHILDREN / 4);
	tally_expect(&tally);
	return 0;
}
