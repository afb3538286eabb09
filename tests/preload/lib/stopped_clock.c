/* stopped_clock: stops the clocks, as libfaketime does with an absolute time. */
#include <time.h>

int clock_gettime(clockid_t id, struct timespec *t)
{
	(void)id;
	*t = (struct timespec){.tv_sec = 1000000000};
	return 0;
}
