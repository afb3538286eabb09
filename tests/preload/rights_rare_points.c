/*
 * Privileges are dropped between two points that are an hour apart. The agent's thread drops them
 * long before the next point.
 *
 * with-env: MEMAGENT_INTERVAL=1h
 */
#include "rights.h"

int main(void)
{
	rights_need_root();
	/* Let it begin: what it is started with is equal anyway. */
	usleep(100000);
	CHECK(syscall(SYS_setresuid, RIGHTS_NOBODY, RIGHTS_NOBODY, RIGHTS_NOBODY) == 0);
	rights_become_equal();
	return 0;
}
