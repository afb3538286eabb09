/*
 * The program may open three descriptors only.  (It starts with four, because the dynamic linker
 * needs one.) The limit also holds for the agent's own table.  Without room there, the agent does
 * without, and the program is not affected.
 *
 * with-ulimit: -S -n 4
 * with-env: MEMAGENT_LOG=off
 */
#include <sys/resource.h>

#include "expect.h"

int main(void)
{
	struct rlimit limit;

	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == 4);
	limit.rlim_cur = 3;
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK(open("/", O_RDONLY) == -1 && errno == EMFILE);
	for (int i = 0; i < 10000; i++)
		free(malloc(100));
	limit.rlim_cur = 4;
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	CHECK(open("/", O_RDONLY) == 3);
	CHECK(close(3) == 0);
	return 0;
}
