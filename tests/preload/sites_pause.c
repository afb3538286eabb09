/*
 * A process that is no longer reported takes no samples.  Its child is reported, and takes some.
 * A sampled object is moved, so it is not where free has just made room.
 *
 * wants-line: the program gave up privileges by a system call of one thread
 * wants-event: gave up privileges, no longer reported
 */
#include <stdbool.h>

#include "privileges.h"
#include "seccomp.h"

#define TRIES 1000000
#define SIZE 600

/* Return the address of an object that was just freed.  A sampled one would not be moved again. */
static uintptr_t freed_address(void)
{
	for (;;) {
		char *volatile p = malloc(SIZE);
		uintptr_t address = (uintptr_t)p;

		if (address % 512 == 0)
			continue;
		free(p);
		return address;
	}
}

static bool is_moved(void)
{
	uintptr_t before = freed_address();
	char *volatile p = malloc(SIZE);

	if ((uintptr_t)p != before)
		return true;
	free(p);
	return false;
}

static void wait_for_sample(void)
{
	const struct timespec a_while = {0, 1000000};
	bool is_metered = getenv("EXPECT") != NULL, has_moved = false;

	for (int i = 0; is_metered && !has_moved; i++) {
		for (int k = 0; k < TRIES && !has_moved; k++)
			has_moved = is_moved();
		CHECK(i < 1000);
		nanosleep(&a_while, NULL);
	}
}

int main(void)
{
	struct sock_filter filter[] = {
	    SECCOMP_NUMBER,
	    SECCOMP_RULE(SYS_socket, SECCOMP_RET_ERRNO | EPERM),
	    SECCOMP_OTHERS(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = SECCOMP_PROGRAM(filter);
	pid_t child;

	is_moved();
	seccomp_set_unseen(&program);
	wait_for_agent_end();
	expect("agent_coverage", "=", 0);
	for (int i = 0; i < TRIES; i++)
		CHECK(!is_moved());
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		wait_for_sample();
		expect("agent_coverage", "=", 1);
		exit(0);
	}
	expect_child(child);
	return 0;
}
