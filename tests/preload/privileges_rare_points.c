/*
 * Privileges are dropped between two points that are an hour apart.  The agent's thread drops them
 * long before the next point.
 *
 * with-env: MEMAGENT_INTERVAL=1h
 */
#include "privileges.h"

int main(void)
{
	need_root();
	/* Let the agent start: at its start it has the program's privileges anyway. */
	usleep(100000);
	CHECK(syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY) == 0);
	wait_for_equal_privileges();
	return 0;
}
