/*
 * A thread exists before the agent starts.  It shares the descriptors that main opens.
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
