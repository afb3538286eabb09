/*
 * A thread that is there before the agent's start: what main opens is open in it too.
 *
 * with-preload: ours libearly.so
 * wants-points: some
 */
#include <dlfcn.h>

#include "expect.h"

int main(void)
{
	int (*sees)(int fd) = (int (*)(int))dlsym(RTLD_DEFAULT, "early_sees");
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	CHECK(sees != NULL && fd >= 0);
	CHECK(sees(fd));
	close(fd);
	CHECK(!sees(fd));
	return 0;
}
