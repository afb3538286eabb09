/*
 * The main thread, the only one, ends by the raw exit system call.  The process ends then, with its
 * status.  The agent does not keep it alive until the next point.
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
