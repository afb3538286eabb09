/*
 * Workers change their user right after the fork, as those of web servers do.  Each is in the file
 * of points, which only the first user may open.
 */
#include "privileges.h"

enum { WORKERS = 24 };

static void work(void)
{
	struct tally tally = {0};

	CHECK(setuid(NOBODY) == 0);
	for (int i = 0; i < 100; i++)
		tally_malloc(&tally, 100);
	CHECK(privileges_are_equal());
	tally_expect_at_least(&tally);
	expect("agent_coverage", "=", 1);
	exit(0);
}

int main(void)
{
	pid_t workers[WORKERS];

	need_root();
	for (int i = 0; i < WORKERS; i++) {
		workers[i] = fork();
		CHECK(workers[i] >= 0);
		if (workers[i] == 0)
			work();
	}
	for (int i = 0; i < WORKERS; i++)
		expect_child(workers[i]);
	return 0;
}
