/*
 * A daemon that stops being root and keeps one capability (PR_SET_KEEPCAPS), which the agent's
 * thread then has not: it has less than the program, which is fine, and goes on delivering.
 */
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>

#include "rights.h"

/* Metered, the points stand in a file beside the directory that we are in: wait for some more. */
static void wait_for_points(void)
{
	const struct timespec a_while = {0, 1000000};
	struct stat before, now;
	int points = open("../points", O_RDONLY | O_CLOEXEC);

	CHECK(points >= 0 && fstat(points, &before) == 0);
	for (int i = 0;; i++) {
		CHECK(i < 10000 && fstat(points, &now) == 0);
		if (now.st_size > before.st_size + 8192)
			break;
		nanosleep(&a_while, NULL);
	}
	close(points);
}

int main(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};
	struct tally tally = {0};

	rights_need_root();
	for (int i = 0; i < 1000; i++)
		tally_malloc(&tally, 100);
	CHECK(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0);
	CHECK(setgroups(0, NULL) == 0 && setgid(RIGHTS_NOBODY) == 0 && setuid(RIGHTS_NOBODY) == 0);
	data[0].effective = data[0].permitted = 1U << CAP_DAC_OVERRIDE;
	CHECK(syscall(SYS_capset, &header, data) == 0);
	for (int i = 0; i < 1000; i++)
		tally_malloc(&tally, 100);
	if (getenv("EXPECT") != NULL)
		wait_for_points();
	expect("agent_coverage", "=", 1);
	tally_expect(&tally);
	return 0;
}
