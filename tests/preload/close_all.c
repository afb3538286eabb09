/*
 * A program closes all descriptors again and again while the agent writes.  It never closes the
 * agent's, and its next descriptor is the lowest number.
 *
 * wants-points: some
 */
#include <time.h>

#include "expect.h"

static long long now_ms(void)
{
	struct timespec now;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int main(void)
{
	struct tally tally = {0};
	const long long end = now_ms() + 500;

	while (now_ms() < end) {
		tally_free(&tally, tally_malloc(&tally, 100));
		closefrom(3);
		CHECK(open("/", O_RDONLY) == 3);
		CHECK(close(3) == 0);
		CHECK(close(3) == -1 && errno == EBADF);
		for (int number = 4; number < 64; number++)
			CHECK(close(number) == -1);
	}
	/* Half a second at an interval of 10 ms.  The number of points is not checked. */
	expect("points", ">=", 2);
	tally_expect(&tally);
	return 0;
}
