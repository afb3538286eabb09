/*
 * A main thread that ends by the raw system call, with no other beside it: the process is over
 * then, with its status, and not kept alive by the agent until its next point.
 *
 * with-env: MEMAGENT_INTERVAL=1h
 * wants-status: 8
 */
#include <sys/syscall.h>

#include "expect.h"

int main(void)
{
	free(malloc(100));
	expect("mallocs", "=", 1);
	expect("points", "=", 1);
	syscall(SYS_exit, 8);
	return 0;
}
