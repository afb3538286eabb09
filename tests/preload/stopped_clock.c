/*
 * A library in front of libc stops the clocks, as libfaketime does.  The agent uses the kernel's
 * time, and takes its points.
 *
 * with-preload: libstopped_clock.so ours
 */
#include <time.h>

#include "points.h"

int main(void)
{
	struct timespec t;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &t) == 0 && t.tv_sec == 1000000000);
	points_wait_for_more();
	points_wait_for_more();
	return 0;
}
